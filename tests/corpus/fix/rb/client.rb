# frozen_string_literal: true

require "digest"
require "json"

# It's a client.
class Client
  BASE = "https://api.example.com"
  KEY = "@KEY@"

  def headers
    { "Authorization" => "Bearer #{KEY}", "Accept" => "application/json" }
  end

  def signature(body)
    Digest::SHA256.hexdigest(KEY + body)
  end
end

puts JSON.generate(Client.new.headers), Client.new.signature("don't")
