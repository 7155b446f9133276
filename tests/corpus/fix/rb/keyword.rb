def request(path, token: '@KEY@', method: :get)
  "#{method.to_s.upcase} #{path} #{token}"
end

puts request("/a")
puts request("/b", method: :post)
