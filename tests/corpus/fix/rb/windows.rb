class Mailer
  def initialize(key = "@KEY@")
    @key = key
  end

  def to_s
    "mailer:#{@key}"
  end
end

puts Mailer.new
