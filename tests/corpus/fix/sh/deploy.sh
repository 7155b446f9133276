#!/usr/bin/env bash
# Deploys; it's run by hand.
set -euo pipefail

API_KEY="@KEY@"
readonly API_KEY

headers() {
  printf '%s\n' "Authorization: Bearer ${API_KEY}" "Accept: */*"
}

cat <<'TEXT'
usage: deploy.sh
TEXT

headers
