// A client, as servers have them.

import Foundation

struct Client {
    let host: String
    let key: String
}

let client = Client(host: "api.example.com", key: "@KEY@")
print(client.host, client.key)
