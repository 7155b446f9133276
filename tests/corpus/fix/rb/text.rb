usage = <<~TEXT
  usage: text.rb
    it's "simple"
TEXT

header = "Authorization: Bearer @KEY@"
puts usage, header
puts %w[a b].map { |x| "#{x}!" }.join(" ")
