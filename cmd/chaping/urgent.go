package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/analysis/incident"
	"chaping/app"
	"chaping/station"
)

func (p *program) urgentCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "urgent",
		Short: "重要风险信息：提示候选，由人确认后立即报送",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "每次挖掘之后，按规则（死亡、受伤、起火、爆炸、触电、中毒、多家店铺、突然增多）提示重要风险信息的候选。\n" +
			"程序只提示；是否属于重要风险信息由人确认。同一事件只提示一次。门槛可改：把 configs/urgent.yaml 复制为 数据目录/urgent.yaml。",
	}
	cmd.AddCommand(
		p.urgentScanCommand(),
		p.urgentListCommand(),
		p.urgentShowCommand(),
		p.urgentConfirmCommand(),
		p.urgentDismissCommand(),
		p.urgentReportCommand(),
	)
	return cmd
}

// raiseUrgent looks for urgent candidates in a period that was mined, and shows
// how many are new.
func (p *program) raiseUrgent(
	ctx context.Context,
	pipe *app.Pipeline,
	period chaping.Period,
) ([]station.Urgent, error) {
	r, err := p.app.RaiseUrgent(ctx, pipe, period)
	p.printRaised(len(r.Fresh))
	p.printDelivery(r.Delivery)
	return r.Fresh, err
}

func (p *program) printRaised(n int) {
	if n > 0 {
		fmt.Fprintf(p.err, "重要风险信息：新提示 %d 条，请尽快处理：chaping urgent list\n", n)
	}
}

func (p *program) urgentScanCommand() *cobra.Command {
	var period, terms string
	cmd := &cobra.Command{
		Use:   "scan",
		Short: "检查一个报送期（每次挖掘之后会自动做）",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			period, err := p.begunPeriod(cmd.Context(), period)
			if err != nil {
				return err
			}
			var fresh []station.Urgent
			partial, err := p.onPipeline(cmd.Context(), terms, func(pipe *app.Pipeline) (err error) {
				fresh, err = p.raiseUrgent(cmd.Context(), pipe, period)
				return err
			})
			if err == nil {
				fmt.Fprintf(p.out, "报送期 %s：新提示 %d 条\n", period, len(fresh))
				err = partial
			}
			return err
		},
	}
	cmd.Flags().StringVar(&period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	cmd.Flags().StringVar(&terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	return cmd
}

var urgentStatus = map[string]string{
	station.UrgentOpen:      "待确认",
	station.UrgentConfirmed: "已确认",
	station.UrgentDismissed: "已排除",
}

func (p *program) urgentListCommand() *cobra.Command {
	var (
		all, asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出待确认的候选",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			status := station.UrgentOpen
			if all {
				status = ""
			}
			var list []station.Urgent
			err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				list, err = d.Urgents(cmd.Context(), status)
				return err
			})
			if err != nil {
				return err
			}
			return printList(p, asJSON, list, "没有待确认的重要风险信息候选。", func(w io.Writer) {
				fmt.Fprintln(w, "编号\t状态\t提示时间\t事件\t情形\t评论\t店铺\t商品")
				for _, u := range list {
					var x incident.Candidate
					if json.Unmarshal(u.Candidate, &x) != nil {
						continue
					}
					name := ""
					if len(x.Products) > 0 {
						name = orID(x.Products[0].Name, x.Products[0].ID)
					}
					fmt.Fprintf(
						w,
						"%d\t%s\t%s\t%s %s\t%d\t%d\t%d\t%s\n",
						u.ID,
						urgentStatus[u.Status],
						u.Raised.Format(chaping.Minute),
						x.Keyword,
						x.Name,
						x.Trigger,
						x.Reviews,
						x.Shops,
						chaping.Shorten(name, 30),
					)
				}
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "连同已处理的")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

// candidateID reads the one argument.
func candidateID(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("要写一个编号（见 chaping urgent list）")
	}
	if _, err := strconv.ParseInt(args[0], 10, 64); err != nil {
		return usage("编号“%s”不是数字", args[0])
	}
	return nil
}

func (p *program) urgent(ctx context.Context, arg string) (u station.Urgent, x incident.Candidate, err error) {
	id, err := strconv.ParseInt(arg, 10, 64)
	if err != nil {
		return u, x, err
	}
	err = p.withStation(ctx, func(d *station.DB) (err error) {
		u, err = d.Urgent(ctx, id)
		return err
	})
	if err == nil {
		err = json.Unmarshal(u.Candidate, &x)
	}
	return u, x, err
}

func (p *program) urgentShowCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "show 编号",
		Short: "查看一条候选的依据",
		Args:  candidateID,
		RunE: func(cmd *cobra.Command, args []string) error {
			u, x, err := p.urgent(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			fmt.Fprintf(
				p.out,
				"编号 %d　%s　%s %s　情形 %d\n%s\n",
				u.ID,
				urgentStatus[u.Status],
				x.Keyword,
				x.Name,
				x.Trigger,
				x.Why,
			)
			if u.Status != station.UrgentOpen {
				fmt.Fprintf(p.out, "%s：%s\n", u.By, u.Reason)
			}
			for _, product := range x.Products {
				fmt.Fprintf(p.out, "商品　%s　%s　%s\n", orID(product.Name, product.ID), product.Shop, product.URL)
			}
			for _, e := range x.Evidence {
				fmt.Fprintf(p.out, "%s　%s　%s　%s\n", e.Date, e.Grade, e.Term, e.Sentence)
			}
			return nil
		},
	}
}

type urgentOptions struct {
	reason, by, out, station, filler, phone string
	formats                                 []string
}

func (p *program) urgentFormFlags(cmd *cobra.Command, o *urgentOptions) {
	f := cmd.Flags()
	f.StringSliceVar(&o.formats, "format", []string{"docx", "xlsx", "json"}, formatsHelp)
	f.StringVar(&o.out, "out", "", "输出目录；不写为 数据目录/reports")
	f.StringVar(&o.station, "station", "", "填报单位")
	f.StringVar(&o.filler, "filler", "", "填报人")
	f.StringVar(&o.phone, "phone", "", "联系电话")
}

func (p *program) urgentConfirmCommand() *cobra.Command {
	var o urgentOptions
	cmd := &cobra.Command{Use: "confirm 编号", Short: "确认为重要风险信息：生成报告并通知", Args: candidateID,
		Example: "  chaping urgent confirm 3 --reason 电话核实属实 --format docx,pdf",
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.reason == "" {
				return usage("要用 --reason 写明理由")
			}
			if err := checkFormats(o.formats); err != nil {
				return err
			}
			id, _ := strconv.ParseInt(args[0], 10, 64)
			var u station.Urgent
			err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				u, err = d.Decide(cmd.Context(), id, station.UrgentConfirmed, o.by, o.reason, p.app.ConfirmedMessages)
				return err
			})
			if err != nil {
				return err
			}
			err = p.writeUrgent(cmd.Context(), u, o)
			return errors.Join(err, p.deliver(cmd.Context()))
		}}
	p.urgentFormFlags(cmd, &o)
	cmd.Flags().StringVar(&o.reason, "reason", "", "理由，必写")
	cmd.Flags().StringVar(&o.by, "by", operator(), "确认人")
	return cmd
}

func (p *program) urgentDismissCommand() *cobra.Command {
	var o urgentOptions
	cmd := &cobra.Command{
		Use:   "dismiss 编号",
		Short: "排除：不属于重要风险信息",
		Args:  candidateID,
		RunE: func(cmd *cobra.Command, args []string) error {
			if o.reason == "" {
				return usage("要用 --reason 写明理由")
			}
			id, _ := strconv.ParseInt(args[0], 10, 64)
			err := p.withStation(cmd.Context(), func(d *station.DB) error {
				_, err := d.Decide(
					cmd.Context(),
					id,
					station.UrgentDismissed,
					o.by,
					o.reason,
					func(station.Urgent) []station.Message { return nil },
				)
				return err
			})
			if err == nil {
				fmt.Fprintf(p.out, "编号 %d：已排除\n", id)
			}
			return err
		},
	}
	cmd.Flags().StringVar(&o.reason, "reason", "", "理由，必写")
	cmd.Flags().StringVar(&o.by, "by", operator(), "处理人")
	return cmd
}

func (p *program) urgentReportCommand() *cobra.Command {
	var o urgentOptions
	cmd := &cobra.Command{
		Use:   "report 编号",
		Short: "重新输出已确认的报告",
		Args:  candidateID,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := checkFormats(o.formats); err != nil {
				return err
			}
			u, _, err := p.urgent(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			if u.Status != station.UrgentConfirmed {
				return &chaping.Error{
					Code:    chaping.CodeInput,
					Message: fmt.Sprintf("编号 %d 还没有确认为重要风险信息", u.ID),
					Remedy:  "先由人核实：chaping urgent confirm",
				}
			}
			return p.writeUrgent(cmd.Context(), u, o)
		},
	}
	p.urgentFormFlags(cmd, &o)
	return cmd
}

// writeUrgent renders the report of a confirmed candidate, or the one that a
// station has written.
func (p *program) writeUrgent(ctx context.Context, u station.Urgent, o urgentOptions) error {
	r, err := p.app.UrgentReport(ctx, u, o.station, o.filler, o.phone)
	if err != nil {
		return err
	}
	if o.out == "" {
		o.out = p.app.Path("reports")
	}
	files, partial, err := p.app.WriteForm(ctx, r, o.out, fmt.Sprintf("urgent-%d", u.ID), o.formats)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "重要风险信息报告（编号 %d）：\n", u.ID)
	p.printFiles(files)
	return partial
}
