package main

import (
	"os"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"chaping"
)

// manCommand writes the manual pages of the packages.
func (p *program) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man 目录", Short: "把各命令的手册页写到一个目录", Hidden: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一个目录")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := os.MkdirAll(args[0], 0o755); err != nil {
				return &chaping.Error{
					Code:    chaping.CodeEnvironment,
					Message: "建不了目录 " + args[0],
					Err:     err,
					Remedy:  "换一个目录，或改正权限",
				}
			}
			made := p.now()
			head := &doc.GenManHeader{Section: "1", Source: "chaping " + version, Manual: "差评", Date: &made}
			cmd.Root().DisableAutoGenTag = true
			return doc.GenManTree(cmd.Root(), head, args[0])
		},
	}
}
