"""A small client for the payments API.

import it and call charge(): the key is the live one.
"""

import hashlib
import json


class Client:
    base = "https://api.example.com/v1"

    def __init__(self, key="@KEY@", timeout=10):
        self.key = key
        self.timeout = timeout

    def headers(self):
        return {
            "Authorization": f"Bearer {self.key}",
            "Accept": "application/json",
        }

    def charge(self, amount):
        body = json.dumps({"amount": amount, "currency": "eur"}, sort_keys=True)
        signed = hashlib.sha256((self.key + body).encode()).hexdigest()
        return {"body": body, "signature": signed, **self.headers()}


if __name__ == "__main__":
    print(json.dumps(Client().charge(1200), sort_keys=True))
