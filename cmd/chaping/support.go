package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"chaping/app"
	"chaping/report"
)

func (p *program) supportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "support 文件.tar.gz", Short: "把求助要用的情况写成一个文件，不含评论、姓名和口令",
		Long: "写下版本、机器、检查结果、各表和各文件的大小、数据库的升级记录、最近各次运行、计划和通知的情况、配置的样子。\n" +
			"不含评论、姓名、电话、口令和令牌：配置里的文字只留长度，错误只留程序自己的话。发出之前可以打开看。",
		Example: "  chaping support chaping-support.tar.gz",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一个文件的路径")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.runSupport(cmd.Context(), args[0]) },
	}
}

func (p *program) runSupport(ctx context.Context, path string) error {
	var findings []finding
	for _, f := range p.examine(ctx, func(finding) {}) {
		f.Detail = app.Discreet(f.Detail)
		findings = append(findings, f)
	}
	more := []app.SupportFile{{Name: "doctor.json", Content: findings}}
	// A file that somebody else writes at the same time is the one or the other.
	err := report.WriteFile(path, func(w io.Writer) error { return p.app.WriteSupport(ctx, w, more) })
	if err == nil {
		_, err = fmt.Fprintln(p.out, path)
	}
	return err
}
