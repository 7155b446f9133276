#!/bin/sh
stage=${1:-live}
case $stage in
  live) key='@KEY@' ;;
  *) key=none ;;
esac
echo "key: $key # of $stage"
