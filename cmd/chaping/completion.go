package main

import "github.com/spf13/cobra"

func (p *program) completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion bash|zsh|fish", Short: "打印命令行补全脚本",
		Long:      "打印一种命令行的补全脚本。用软件包安装的已经装好。",
		Example:   "  chaping completion bash > ~/.local/share/bash-completion/completions/chaping",
		ValidArgs: []string{"bash", "zsh", "fish"},
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一种命令行：bash、zsh 或 fish")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			root := cmd.Root()
			switch args[0] {
			case "bash":
				return root.GenBashCompletionV2(p.out, true)
			case "zsh":
				return root.GenZshCompletion(p.out)
			case "fish":
				return root.GenFishCompletion(p.out, true)
			}
			return usage("不支持“%s”，可用 bash、zsh、fish", args[0])
		},
	}
}
