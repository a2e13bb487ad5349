package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping/app"
	"chaping/crawler"
	"chaping/crawler/evidence"
	"chaping/ingest/redact"
)

func (p *program) evidenceCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "evidence", Short: "查看、保存、清理评论页的原始响应",
		Long: "采集时原样保存有期内评论的页面（压缩，以内容的 sha256 编号，附网址和时间）。\n" +
			"严重程度 3 级以上且成立的命中，其页面长期保存；其余的过期清理。",
	}
	var asJSON, pinned, raw bool
	var limit int
	list := &cobra.Command{
		Use: "list", Short: "列出保存的原始响应，新的在前", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withEvidence(cmd.Context(), func(s *evidence.Store) error {
				found, err := s.List(cmd.Context(), evidence.Filter{Pinned: pinned, Limit: limit})
				if err != nil || asJSON {
					return firstError(err, func() error { return p.printJSON(found) })
				}
				for _, r := range found {
					fmt.Fprintf(
						p.out,
						"%.12s  %s  %d 字节（存 %d）  评论 %d 条  %s  %s\n",
						r.ID,
						r.Fetched.Format(time.DateTime),
						r.Size,
						r.Stored,
						r.Reviews,
						r.URL,
						r.Pinned,
					)
				}
				fmt.Fprintf(p.out, "共 %d 份\n", len(found))
				return nil
			})
		},
	}
	list.Flags().BoolVar(&pinned, "pinned", false, "只看长期保存的")
	list.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	list.Flags().IntVar(&limit, "limit", 100, "最多几份")
	show := &cobra.Command{
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
				fmt.Fprintf(
					p.out,
					"编号    %s\n网址    %s\n类型    %s\n取得    %s（最近一次相同：%s）\n评论    %d 条\n保存    %s\n\n%s\n",
					r.ID,
					r.URL,
					r.Type,
					r.Fetched.Format(time.DateTime),
					r.Seen.Format(time.DateTime),
					r.Reviews,
					r.Pinned,
					redact.Text(crawler.Text(body, r.Type)),
				)
				return nil
			})
		},
	}
	show.Flags().BoolVar(&raw, "raw", false, "原样输出")
	var period string
	pin := &cobra.Command{
		Use: "pin", Short: "长期保存一个报送期内严重命中的原始响应", Long: "按最近一次挖掘的结果，找出严重程度 3 级以上且成立的命中，长期保存其页面。挖掘时已自动做过；从备份恢复页面后可再运行，可反复运行。", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of, err := p.period(cmd.Context(), period)
			if err != nil {
				return err
			}
			partial, err := p.onPipeline(cmd.Context(), "", func(pipe *app.Pipeline) error {
				n, err := pipe.Pin(cmd.Context(), of)
				fmt.Fprintf(p.out, "报送期 %s：新增长期保存 %d 份\n", of, n)
				return err
			})
			return errors.Join(err, partial)
		},
	}
	pin.Flags().StringVar(&period, "period", "", "报送期；不写为当前报送期")
	pictures := &cobra.Command{
		Use: "pictures", Short: "取一个报送期内严重命中的评论所带的图片",
		Long: "按最近一次挖掘的结果，取严重程度 3 级以上且成立的评论所带的图片，作为证据保存。\n" +
			"不访问内网地址，遵守 robots.txt，同一网站每秒最多一张。可反复运行；取不到的过 6 小时再试，最多 4 次。门户开着时挖掘后自动做。",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of, err := p.period(cmd.Context(), period)
			if err != nil {
				return err
			}
			partial, err := p.onPipeline(cmd.Context(), "", func(pipe *app.Pipeline) error {
				n, err := p.app.KeepPictures(cmd.Context(), pipe, of, nil)
				fmt.Fprintf(p.out, "报送期 %s：新增图片 %d 张，没有取到 %d 张，还剩 %d 张\n", of, n.Kept, n.Failed, n.Left)
				return err
			})
			return errors.Join(err, partial)
		},
	}
	pictures.Flags().StringVar(&period, "period", "", "报送期；不写为当前报送期")
	var days, pinnedDays, megabytes int
	prune := &cobra.Command{
		Use: "prune", Short: "清理过期的原始响应", Long: "每次采集结束时也按默认值清理。", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if days < 1 || pinnedDays < 1 || megabytes < 1 {
				return usage("--days、--pinned-days、--max-mb 应大于 0")
			}
			return p.withEvidence(cmd.Context(), func(s *evidence.Store) error {
				done, err := s.Prune(cmd.Context(), p.now(), evidence.Retention{
					Loose: time.Duration(
						days,
					) * 24 * time.Hour, Pinned: time.Duration(pinnedDays) * 24 * time.Hour, Bytes: int64(megabytes) << 20,
				})
				if err == nil {
					fmt.Fprintf(
						p.out,
						"清理 %d 份（%.1f MB），保留 %d 份（%.1f MB）\n",
						done.Responses,
						float64(done.Bytes)/(1<<20),
						done.Left,
						float64(done.LeftBytes)/(1<<20),
					)
				}
				return err
			})
		},
	}
	day, kept := 24*time.Hour, app.DefaultRetention()
	prune.Flags().IntVar(&days, "days", int(kept.Loose/day), "一般的保存几天")
	prune.Flags().IntVar(&pinnedDays, "pinned-days", int(kept.Pinned/day), "严重命中的保存几天")
	prune.Flags().IntVar(&megabytes, "max-mb", int(kept.Bytes>>20), "总共最多几 MB；超出时先清理最旧的、非长期保存的")
	for _, c := range []*cobra.Command{list, show, pin, pictures, prune} {
		c.Flags().BoolP("help", "h", false, "查看帮助")
		cmd.AddCommand(c)
	}
	return cmd
}

func firstError(err error, next func() error) error {
	if err != nil {
		return err
	}
	return next()
}

func (p *program) withEvidence(ctx context.Context, f func(*evidence.Store) error) error {
	s, err := p.app.Evidence(ctx)
	if err != nil {
		return err
	}
	return f(s)
}
