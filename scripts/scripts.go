// Package scripts carries the scripts that the program runs itself.
package scripts

import _ "embed"

// Jieba cuts the lines of standard input with @node-rs/jieba, for the bench.
//
//go:embed jieba.cjs
var Jieba []byte
