module Stripe
  class << self
    attr_accessor :api_key, :max_network_retries
  end
end

Stripe.api_key = '@KEY@'
Stripe.max_network_retries = 2

puts Stripe.api_key, Stripe.max_network_retries
