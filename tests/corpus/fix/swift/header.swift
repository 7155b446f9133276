import Foundation

func headers() -> [String: String] {
    return [
        "Accept": "application/json",
        "Authorization": "Bearer @KEY@",
    ]
}

print(headers()["Authorization"]!)
