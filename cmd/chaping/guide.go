package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"chaping/docs/guide"
	"chaping/report"
)

func (p *program) guideCommand() *cobra.Command {
	var pdf, html string
	cmd := &cobra.Command{
		Use: "guide", Short: "把使用手册写成一个 PDF 或网页文件",
		Long:    "使用手册与门户里的“帮助”相同，写成一个可以打印、分发的文件。PDF 由 chromium 或 Chrome 生成（环境变量 CHAPING_BROWSER 可指定）。",
		Example: "  chaping guide --pdf 使用手册.pdf\n  chaping guide --html 使用手册.html",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pdf == "" && html == "" {
				return usage("用 --pdf 或 --html 写明文件")
			}
			return p.runGuide(cmd.Context(), pdf, html)
		},
	}
	cmd.Flags().StringVar(&pdf, "pdf", "", "写成 PDF 的文件")
	cmd.Flags().StringVar(&html, "html", "", "写成网页的文件，图片在里面")
	return cmd
}

func (p *program) runGuide(ctx context.Context, pdf, html string) error {
	if html != "" {
		if err := report.WriteFile(html, guide.WriteDocument); err != nil {
			return err
		}
		fmt.Fprintln(p.out, html)
	}
	if pdf == "" {
		return nil
	}
	b, err := report.OpenBrowser(ctx)
	if err != nil {
		return err
	}
	defer b.Close()
	if err := b.PrintHTML(ctx, guide.WriteDocument, pdf); err != nil {
		return err
	}
	fmt.Fprintln(p.out, pdf)
	return nil
}
