package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping/app"
	"chaping/crawler/evidence"
)

func (p *program) evidencePruneCommand() *cobra.Command {
	const day = 24 * time.Hour
	kept := app.DefaultRetention()
	var days, pinnedDays, megabytes int
	cmd := &cobra.Command{
		Use: "prune", Short: "清理过期的原始响应", Long: "每次采集结束时也按默认值清理。", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || pinnedDays < 1 || megabytes < 1 {
				return usage("--days、--pinned-days、--max-mb 应大于 0")
			}
			return p.withEvidence(cmd.Context(), func(s *evidence.Store) error {
				done, err := s.Prune(cmd.Context(), p.now(), evidence.Retention{
					Loose:  time.Duration(days) * day,
					Pinned: time.Duration(pinnedDays) * day,
					Bytes:  int64(megabytes) << 20,
				})
				if err == nil {
					fmt.Fprintf(p.out, "清理 %d 份（%.1f MB），保留 %d 份（%.1f MB）\n",
						done.Responses, float64(done.Bytes)/(1<<20), done.Left, float64(done.LeftBytes)/(1<<20))
				}
				return err
			})
		},
	}
	cmd.Flags().IntVar(&days, "days", int(kept.Loose/day), "一般的保存几天")
	cmd.Flags().IntVar(&pinnedDays, "pinned-days", int(kept.Pinned/day), "严重命中的保存几天")
	cmd.Flags().IntVar(&megabytes, "max-mb", int(kept.Bytes>>20), "总共最多几 MB；超出时先清理最旧的、非长期保存的")
	return cmd
}
