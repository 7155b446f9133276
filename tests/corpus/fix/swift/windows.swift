let keys = [
    "@KEY@",
    "other",
]

print(keys[0].lowercased(), keys.count)
