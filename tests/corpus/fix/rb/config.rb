CONFIG = {
  name: "shop",
  stripe: {
    secret: "@KEY@", # live
    version: "2026-01-01",
  },
}.freeze

puts CONFIG.dig(:stripe, :secret).reverse
puts CONFIG[:name]
