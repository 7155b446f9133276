enum Settings {
    static let timeout = 10
    static let key = "@KEY@" // it's live
}

print(Settings.timeout, Settings.key)
