package main

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/station"
)

func (p *program) notifyCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "notify",
		Short: "通知渠道：邮件、企业微信、钉钉、飞书、webhook",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "渠道写在 数据目录/notify.yaml（样例 configs/notify.example.yaml），口令写成 ${环境变量名}。\n" +
			"通知先进发件箱，失败自动重试，同一事项在一个渠道只发一次。",
	}
	cmd.AddCommand(
		p.notifyListCommand(),
		p.notifyTestCommand(),
		p.notifyOutboxCommand(),
		p.notifyRetryCommand(),
		p.notifySendCommand(),
	)
	return cmd
}

func (p *program) notifyListCommand() *cobra.Command {
	return &cobra.Command{Use: "list", Short: "列出渠道（口令不显示）", Args: noArgs, RunE: func(*cobra.Command, []string) error {
		c, err := p.app.Channels()
		if err != nil {
			return err
		}
		if len(c.Channels) == 0 {
			fmt.Fprintf(
				p.out,
				"还没有通知渠道。把 configs/notify.example.yaml 复制为 %s 再改。\n",
				filepath.Join(p.dataDir, "notify.yaml"),
			)
			return nil
		}
		return p.printTable(func(w io.Writer) {
			fmt.Fprintln(w, "名字\t类型\t去向\t事项\t签名")
			for i := range c.Channels {
				ch := &c.Channels[i]
				events := strings.Join(ch.Events, "、")
				if events == "" {
					events = "全部"
				}
				signed := "—"
				if ch.Secret != "" {
					signed = "有"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", ch.Name, ch.Type, ch.Target(), events, signed)
			}
		})
	}}
}

func (p *program) notifyTestCommand() *cobra.Command {
	return &cobra.Command{
		Use:     "test [渠道...]",
		Short:   "向渠道试发一条",
		Example: "  chaping notify test 值班邮箱",
		RunE: func(cmd *cobra.Command, names []string) error {
			c, err := p.app.Channels()
			if err != nil {
				return err
			}
			known := map[string]bool{}
			for _, ch := range c.Channels {
				known[ch.Name] = true
			}
			wanted := map[string]bool{}
			for _, name := range names {
				if !known[name] {
					return usage("没有名为“%s”的渠道", name)
				}
				wanted[name] = true
			}
			if len(known) == 0 {
				return &chaping.Error{
					Code:    chaping.CodeEnvironment,
					Message: "还没有通知渠道",
					Remedy:  "把 configs/notify.example.yaml 复制为 " + filepath.Join(p.dataDir, "notify.yaml") + " 再改",
				}
			}
			failed := 0
			for i := range c.Channels {
				ch := &c.Channels[i]
				if len(wanted) > 0 && !wanted[ch.Name] {
					continue
				}
				if err := p.app.SendTest(cmd.Context(), ch); err != nil {
					failed++
					fmt.Fprintf(p.out, "✗ %s：%v\n", ch.Name, err)
					continue
				}
				fmt.Fprintf(p.out, "✓ %s\n", ch.Name)
			}
			if failed > 0 {
				return &chaping.Error{
					Code:    chaping.CodeEnvironment,
					Message: fmt.Sprintf("%d 个渠道试发失败", failed),
					Remedy:  "按上面的原因检查地址、口令和网络",
				}
			}
			return nil
		},
	}
}

func (p *program) notifyOutboxCommand() *cobra.Command {
	var (
		all, asJSON bool
		limit       int
	)
	cmd := &cobra.Command{
		Use:   "outbox",
		Short: "查看发件箱：未送达的通知及原因",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var messages []station.Message
			err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				messages, err = d.Outbox(cmd.Context(), all, limit)
				return err
			})
			if err != nil {
				return err
			}
			return printList(p, asJSON, messages, "发件箱是空的。", func(w io.Writer) {
				fmt.Fprintln(w, "编号\t渠道\t状态\t次数\t标题\t原因")
				for _, m := range messages {
					state := "待发"
					switch {
					case m.Sent != nil:
						state = "已发 " + m.Sent.Format("01-02 15:04")
					case m.Stopped:
						state = "已停"
					case m.Attempts > 0:
						state = "重试 " + m.Due.Format("01-02 15:04")
					}
					fmt.Fprintf(
						w,
						"%d\t%s\t%s\t%d\t%s\t%s\n",
						m.ID,
						m.Channel,
						state,
						m.Attempts,
						chaping.Shorten(m.Subject, 40),
						chaping.Shorten(m.Error, 60),
					)
				}
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "连同已送达的")
	cmd.Flags().IntVar(&limit, "limit", 50, "最多几条，新的在前")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) notifyRetryCommand() *cobra.Command {
	return &cobra.Command{Use: "retry 编号", Short: "重发一条未送达的通知", Args: func(_ *cobra.Command, args []string) error {
		if len(args) != 1 {
			return usage("要写一个编号（见 chaping notify outbox）")
		}
		return nil
	}, RunE: func(cmd *cobra.Command, args []string) error {
		id, err := strconv.ParseInt(args[0], 10, 64)
		if err != nil {
			return usage("编号“%s”不是数字", args[0])
		}
		if err := p.withStation(cmd.Context(), func(d *station.DB) error { return d.Retry(cmd.Context(), id) }); err != nil {
			return err
		}
		return p.deliver(cmd.Context())
	}}
}

func (p *program) notifySendCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "send",
		Short: "发出发件箱里到时的通知",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return p.deliver(cmd.Context()) },
	}
}

// deliver sends what is due. What failed stays in the outbox; it is no fault of
// the command that queued it.
func (p *program) deliver(ctx context.Context) error {
	done, err := p.app.Deliver(ctx)
	p.printDelivery(done)
	return err
}

func (p *program) printDelivery(d app.Delivery) {
	if d.Sent > 0 {
		fmt.Fprintf(p.err, "已发出 %d 条通知\n", d.Sent)
	}
	if d.Failed > 0 {
		fmt.Fprintf(p.err, "%d 条通知没有发出，稍后自动重试；查看：chaping notify outbox\n", d.Failed)
	}
}
