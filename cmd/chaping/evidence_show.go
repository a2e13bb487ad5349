package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping/crawler"
	"chaping/crawler/evidence"
	"chaping/ingest/redact"
)

func (p *program) evidenceShowCommand() *cobra.Command {
	var raw bool
	cmd := &cobra.Command{
		Use: "show 编号", Short: "显示一份原始响应", Long: "先核对内容与编号（sha256）是否一致。默认隐去电话、邮箱等个人信息；--raw 原样输出字节，供取证。",
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一个编号，见 chaping evidence list")
			}
			return p.withEvidence(cmd.Context(), func(s *evidence.Store) error {
				r, body, err := s.Get(cmd.Context(), args[0])
				switch {
				case err != nil:
					return err
				case raw:
					_, err = p.out.Write(body)
					return err
				}
				fmt.Fprintf(p.out, "编号    %s\n网址    %s\n类型    %s\n取得    %s（最近一次相同：%s）\n评论    %d 条\n保存    %s\n\n%s\n",
					r.ID, r.URL, r.Type, r.Fetched.Format(time.DateTime), r.Seen.Format(time.DateTime), r.Reviews, r.Pinned,
					redact.Text(crawler.Text(body, r.Type)))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&raw, "raw", false, "原样输出")
	return cmd
}
