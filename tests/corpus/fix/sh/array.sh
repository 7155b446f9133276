#!/usr/bin/env bash
args=(
  --url "https://user:@KEY@@example.com/a"
  --token=@KEY@
  -u"me:@KEY@"
)
printf '%s\n' "${args[@]}"
