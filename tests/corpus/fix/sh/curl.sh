#!/bin/sh
set -e
fetch() {
  for word in "$@"; do echo "[$word]"; done
}
fetch -sS -H 'Authorization: Bearer @KEY@' \
  -d '{"amount": 12}' https://api.example.com/v1/charges
