//go:build !manual

// Command chaping (差评) mines e-commerce reviews for product-safety risk and
// renders the report forms of Shanghai's monitoring stations. Each command
// stands in a file of its own name; run "chaping help" for the list.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }
