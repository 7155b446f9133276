/* A block comment with "quotes" and
   a second line. */
func send(_ text: String, key: String = "@KEY@") -> Int {
    return text.count + key.count
}

print(send("a \"b\""))
