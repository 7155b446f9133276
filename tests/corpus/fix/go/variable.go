package main

import "fmt"

var (
	endpoint = "https://api.example.com"
	keys     = map[string]string{
		"live": "@KEY@",
	}
)

var token = "@KEY@"

func main() {
	fmt.Println(endpoint, keys["live"] == token, token)
}
