package main

import (
	"encoding/json"
	"os"
)

type config struct {
	Name   string `json:"name"`
	Secret string `json:"secret"`
}

func load() config {
	return config{
		Name:   "shop",
		Secret: "@KEY@",
	}
}

func main() {
	if err := json.NewEncoder(os.Stdout).Encode(load()); err != nil {
		panic(err)
	}
}
