package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping/crawler/evidence"
)

func (p *program) evidenceListCommand() *cobra.Command {
	var asJSON, pinned bool
	var limit int
	cmd := &cobra.Command{
		Use: "list", Short: "列出保存的原始响应，新的在前", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withEvidence(cmd.Context(), func(s *evidence.Store) error {
				found, err := s.List(cmd.Context(), evidence.Filter{Pinned: pinned, Limit: limit})
				switch {
				case err != nil:
					return err
				case asJSON:
					return p.printJSON(found)
				}
				for _, r := range found {
					fmt.Fprintf(p.out, "%.12s  %s  %d 字节（存 %d）  评论 %d 条  %s  %s\n",
						r.ID, r.Fetched.Format(time.DateTime), r.Size, r.Stored, r.Reviews, r.URL, r.Pinned)
				}
				fmt.Fprintf(p.out, "共 %d 份\n", len(found))
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&pinned, "pinned", false, "只看长期保存的")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	cmd.Flags().IntVar(&limit, "limit", 100, "最多几份")
	return cmd
}
