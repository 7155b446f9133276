// Package main is a server that knows a key.
package main

import (
	"fmt"
	"net/http"
	"strings"
)

// stripeKey is the live one; don't log it.
const stripeKey = "@KEY@"

func authorized(header http.Header) bool {
	return strings.TrimPrefix(header.Get("Authorization"), "Bearer ") == stripeKey
}

func main() {
	header := http.Header{}
	header.Set("Authorization", "Bearer "+stripeKey)
	fmt.Println(authorized(header), len(stripeKey))
}
