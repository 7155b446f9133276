export STAGE=live TOKEN_OF_SHOP=@KEY@
if [ "$STAGE" = live ]; then
  echo "${#TOKEN_OF_SHOP} $TOKEN_OF_SHOP"
fi
