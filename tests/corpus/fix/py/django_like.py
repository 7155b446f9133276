import os
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent
DEBUG = os.environ.get("DEBUG", "") == "1"
ALLOWED_HOSTS = ["example.com", "www.example.com"]

PAYMENTS = {
    "default": {
        "BACKEND": "shop.payments.StripeBackend",
        "OPTIONS": {"key": "@KEY@", "webhook": None},
    },
}

if __name__ == "__main__":
    options = PAYMENTS["default"]["OPTIONS"]
    sys.stdout.write("%s %s\n" % (options["key"], DEBUG))
