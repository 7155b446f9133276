import unittest.mock
import urllib.request


def request(path):
    req = urllib.request.Request("https://api.example.com" + path)
    req.add_header("Authorization", "Bearer @KEY@")
    req.add_header("User-Agent", "shop/1.0")
    return req


if __name__ == "__main__":
    print(sorted(request("/v1/charges").header_items()))
