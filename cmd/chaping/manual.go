//go:build manual

package main

import (
	"chaping/report"
	"fmt"
	"os"

	"github.com/spf13/cobra/doc"
)

// Built with the tag "manual", as the packages do once, the program writes the
// manual pages of its commands into the directory that is named. It is a build of
// its own because what makes the pages brings a Markdown library that nothing else
// needs: a quarter of a megabyte.
func main() {
	if err := writeManual(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func writeManual(args []string) error {
	if len(args) != 1 {
		return fmt.Errorf("usage: go run -tags ne,manual ./cmd/chaping DIRECTORY (with CHAPING_NOW, the date of the pages)")
	}
	now := clock()
	made := now()
	root := (&program{in: os.Stdin, out: &report.Output{Writer: os.Stdout}, err: os.Stderr, now: now}).command()
	root.DisableAutoGenTag = true
	head := &doc.GenManHeader{Section: "1", Source: "chaping " + version, Manual: "差评", Date: &made}
	return doc.GenManTree(root, head, args[0])
}
