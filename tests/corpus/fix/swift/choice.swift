#if os(Linux)
let region = "eu"
#else
let region = "us"
#endif

func key(live: Bool) -> String {
    return live ? "@KEY@" : "none"
}

print(region, key(live: true), """
a "text" over
lines
""")
