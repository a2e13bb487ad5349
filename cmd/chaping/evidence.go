package main

import (
	"context"

	"github.com/spf13/cobra"

	"chaping/crawler/evidence"
)

func (p *program) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "evidence", Short: "查看、保存、清理评论页的原始响应",
		Long: "采集时原样保存有期内评论的页面（压缩，以内容的 sha256 编号，附网址和时间）。\n" +
			"严重程度 3 级以上且成立的命中，其页面长期保存；其余的过期清理。",
	}
	for _, c := range []*cobra.Command{
		p.evidenceListCommand(), p.evidenceShowCommand(), p.evidencePinCommand(),
		p.evidencePicturesCommand(), p.evidencePruneCommand(),
	} {
		c.Flags().BoolP("help", "h", false, "查看帮助")
		cmd.AddCommand(c)
	}
	return cmd
}

func (p *program) withEvidence(ctx context.Context, f func(*evidence.Store) error) error {
	s, err := p.app.Evidence(ctx)
	if err != nil {
		return err
	}
	return f(s)
}
