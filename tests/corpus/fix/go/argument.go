package main

import "fmt"

type client struct{ key string }

func newClient(key string) *client { return &client{key: key} }

func (c *client) header() string { return "Bearer " + c.key }

func main() {
	c := newClient("@KEY@")
	fmt.Println(c.header())
}
