package main

import "fmt"

func header() string {
	return "Authorization: Bearer @KEY@"
}

func main() {
	fmt.Println(header())
}
