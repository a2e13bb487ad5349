package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/analysis/incident"
	"chaping/app"
	"chaping/configs"
	"chaping/nlp"
	"chaping/report"
	"chaping/station"
	"chaping/station/notify"
)

func (p *program) urgentCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "urgent", Short: "重要风险信息：提示候选，由人确认后立即报送", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "每次挖掘之后，按规则（死亡、受伤、起火、爆炸、触电、中毒、多家店铺、突然增多）提示重要风险信息的候选。\n" +
			"程序只提示；是否属于重要风险信息由人确认。同一事件只提示一次。门槛可改：把 configs/urgent.yaml 复制为 数据目录/urgent.yaml。"}
	cmd.AddCommand(p.urgentScanCommand(), p.urgentListCommand(), p.urgentShowCommand(), p.urgentConfirmCommand(), p.urgentDismissCommand(), p.urgentReportCommand())
	return cmd
}

// urgentRules are the operator's rules, or the shipped ones.
func (p *program) urgentRules() (*incident.Rules, error) {
	path := filepath.Join(p.dataDir, "urgent.yaml")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		path = "urgent.yaml"
		data, err = configs.Files.ReadFile(path)
	}
	if err != nil {
		return nil, err
	}
	return incident.ReadRules(path, data)
}

// raiseUrgent looks for urgent candidates in a period that was mined, enters
// those that are new, and notifies.
func (p *program) raiseUrgent(ctx context.Context, pipe *app.Pipeline, period chaping.Period) ([]station.Urgent, error) {
	rules, err := p.urgentRules()
	if err != nil {
		return nil, err
	}
	found, err := pipe.Urgent(ctx, period, rules, rules.Quiet)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	channels, err := p.channels()
	if err != nil {
		return nil, err
	}
	candidates, order := map[string]json.RawMessage{}, []string{}
	for _, c := range found {
		data, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		candidates[c.Key], order = data, append(order, c.Key)
	}
	var fresh []station.Urgent
	err = p.withStation(ctx, func(d *station.DB) error {
		fresh, err = d.Raise(ctx, period, rules.Quiet, candidates, order, func(u station.Urgent) []station.Message { return raisedMessages(channels, u) })
		return err
	})
	if err != nil || len(fresh) == 0 {
		return nil, err
	}
	fmt.Fprintf(p.err, "重要风险信息：新提示 %d 条，请尽快处理：chaping urgent list\n", len(fresh))
	return fresh, p.deliver(ctx)
}

func raisedMessages(c *notify.Config, u station.Urgent) []station.Message {
	var x incident.Candidate
	if json.Unmarshal(u.Candidate, &x) != nil {
		return nil
	}
	return c.Messages("urgent", fmt.Sprintf("urgent-raised-%d", u.ID), fmt.Sprintf("待确认：重要风险信息候选 %d（%s %s）", u.ID, x.Keyword, x.Name), summary(x)+
		fmt.Sprintf("\n请核实后处理：chaping urgent show %d；chaping urgent confirm %d 或 dismiss %d", u.ID, u.ID, u.ID))
}

func confirmedMessages(c *notify.Config, u station.Urgent, x incident.Candidate) []station.Message {
	return c.Messages("urgent", fmt.Sprintf("urgent-confirmed-%d", u.ID), fmt.Sprintf("重要风险信息（编号 %d）：%s %s", u.ID, x.Keyword, x.Name),
		summary(x)+fmt.Sprintf("\n%s 已确认：%s\n应当及时报送。", u.By, u.Reason))
}

func summary(x incident.Candidate) string {
	var b strings.Builder
	fmt.Fprintln(&b, x.Why)
	if len(x.Terms) > 0 {
		fmt.Fprintf(&b, "评论关键词：%s\n", strings.Join(x.Terms, "、"))
	}
	for i, product := range x.Products {
		if i == 5 {
			fmt.Fprintf(&b, "……共 %d 件商品\n", len(x.Products))
			break
		}
		fmt.Fprintf(&b, "商品：%s（%s）%s\n", orID(product.Name, product.ID), product.Shop, product.URL)
	}
	for i, e := range x.Evidence {
		if i == 3 {
			break
		}
		fmt.Fprintf(&b, "%s %s\n", e.Date, e.Sentence)
	}
	return b.String()
}

func (p *program) urgentScanCommand() *cobra.Command {
	var period, terms string
	cmd := &cobra.Command{Use: "scan", Short: "检查一个报送期（每次挖掘之后会自动做）", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		period, err := p.begunPeriod(period)
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
	}}
	cmd.Flags().StringVar(&period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	cmd.Flags().StringVar(&terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	return cmd
}

var urgentStatus = map[string]string{station.UrgentOpen: "待确认", station.UrgentConfirmed: "已确认", station.UrgentDismissed: "已排除"}

func (p *program) urgentListCommand() *cobra.Command {
	var (
		all, asJSON bool
	)
	cmd := &cobra.Command{Use: "list", Short: "列出待确认的候选", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
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
				fmt.Fprintf(w, "%d\t%s\t%s\t%s %s\t%d\t%d\t%d\t%s\n", u.ID, urgentStatus[u.Status], u.Raised.Format("2006-01-02 15:04"), x.Keyword, x.Name, x.Trigger, x.Reviews, x.Shops, chaping.Shorten(name, 30))
			}
		})
	}}
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
	return &cobra.Command{Use: "show 编号", Short: "查看一条候选的依据", Args: candidateID, RunE: func(cmd *cobra.Command, args []string) error {
		u, x, err := p.urgent(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		fmt.Fprintf(p.out, "编号 %d　%s　%s %s　情形 %d\n%s\n", u.ID, urgentStatus[u.Status], x.Keyword, x.Name, x.Trigger, x.Why)
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
	}}
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
			channels, err := p.channels()
			if err != nil {
				return err
			}
			_, x, err := p.urgent(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			id, _ := strconv.ParseInt(args[0], 10, 64)
			var u station.Urgent
			err = p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				u, err = d.Decide(cmd.Context(), id, station.UrgentConfirmed, o.by, o.reason, func(u station.Urgent) []station.Message {
					return confirmedMessages(channels, u, x)
				})
				return err
			})
			if err != nil {
				return err
			}
			err = p.writeUrgent(cmd.Context(), u, x, o)
			return errors.Join(err, p.deliver(cmd.Context()))
		}}
	p.urgentFormFlags(cmd, &o)
	cmd.Flags().StringVar(&o.reason, "reason", "", "理由，必写")
	cmd.Flags().StringVar(&o.by, "by", operator(), "确认人")
	return cmd
}

func (p *program) urgentDismissCommand() *cobra.Command {
	var o urgentOptions
	cmd := &cobra.Command{Use: "dismiss 编号", Short: "排除：不属于重要风险信息", Args: candidateID, RunE: func(cmd *cobra.Command, args []string) error {
		if o.reason == "" {
			return usage("要用 --reason 写明理由")
		}
		id, _ := strconv.ParseInt(args[0], 10, 64)
		err := p.withStation(cmd.Context(), func(d *station.DB) error {
			_, err := d.Decide(cmd.Context(), id, station.UrgentDismissed, o.by, o.reason, func(station.Urgent) []station.Message { return nil })
			return err
		})
		if err == nil {
			fmt.Fprintf(p.out, "编号 %d：已排除\n", id)
		}
		return err
	}}
	cmd.Flags().StringVar(&o.reason, "reason", "", "理由，必写")
	cmd.Flags().StringVar(&o.by, "by", operator(), "处理人")
	return cmd
}

func (p *program) urgentReportCommand() *cobra.Command {
	var o urgentOptions
	cmd := &cobra.Command{Use: "report 编号", Short: "重新输出已确认的报告", Args: candidateID, RunE: func(cmd *cobra.Command, args []string) error {
		if err := checkFormats(o.formats); err != nil {
			return err
		}
		u, x, err := p.urgent(cmd.Context(), args[0])
		if err != nil {
			return err
		}
		if u.Status != station.UrgentConfirmed {
			return &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("编号 %d 还没有确认为重要风险信息", u.ID), Remedy: "先由人核实：chaping urgent confirm"}
		}
		return p.writeUrgent(cmd.Context(), u, x, o)
	}}
	p.urgentFormFlags(cmd, &o)
	return cmd
}

// writeUrgent renders the report of a confirmed candidate, or the one that a
// station has written.
func (p *program) writeUrgent(ctx context.Context, u station.Urgent, x incident.Candidate, o urgentOptions) error {
	if u.Station != 0 {
		w, err := report.ReadWritten(u.Candidate)
		if err != nil {
			return err
		}
		w.Filed = u.Raised.Format("2006-01-02 15:04")
		return p.printUrgent(ctx, u, w, o)
	}
	r := &report.Urgent{
		Number: fmt.Sprintf("%d", u.ID), Station: o.station, Filler: o.filler, Phone: o.phone, Program: buildVersion(),
		Name: x.Name, Trigger: x.Trigger, Why: x.Why, Keyword: x.Keyword, Hazard: nlp.Hazards()[x.Hazard], Terms: x.Terms, Reviews: x.Reviews, Shops: x.Shops, First: x.First, Last: x.Last,
		By: u.By, Reason: u.Reason, Decided: u.Decided.Format("2006-01-02 15:04"),
	}
	r.FiledOn(*u.Decided)
	for _, product := range x.Products {
		r.Products = append(r.Products, report.UrgentProduct{Name: cmp.Or(product.Name, product.ID), URL: product.URL, Price: product.Price, Shop: product.Shop, Region: product.Region})
	}
	for _, e := range x.Evidence {
		r.Evidence = append(r.Evidence, report.UrgentEvidence{Date: e.Date, Grade: e.Grade, Term: e.Term, Sentence: e.Sentence, Review: e.Review})
	}
	return p.printUrgent(ctx, u, r, o)
}

func (p *program) printUrgent(ctx context.Context, u station.Urgent, r form, o urgentOptions) error {
	if o.out == "" {
		o.out = filepath.Join(p.dataDir, "reports")
	}
	files, partial, err := p.writeForm(ctx, r, o.out, fmt.Sprintf("urgent-%d", u.ID), o.formats)
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "重要风险信息报告（编号 %d）：\n", u.ID)
	p.printFiles(files)
	return partial
}
