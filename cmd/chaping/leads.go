package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
)

type leadsOptions struct {
	period  string
	earlier int
	top     int
	terms   string
	json    bool
}

const leadsNote = "线索优先级只用来决定先看哪一条，不是风险等级；评论数和占比反映有多少人反映，不是发生伤害的概率。"

func (p *program) leadsCommand() *cobra.Command {
	var o leadsOptions
	cmd := &cobra.Command{
		Use: "leads", Short: "按线索优先级列出商品 × 危害类别",
		Long: "对一个报送期计算每个“商品 × 危害类别”的线索优先级（0–100）及其组成，由高到低列出。\n" + leadsNote + "\n\n" +
			"线索优先级 = 严重程度 + 数量 + 占比 + 增长 + 伤害，相差十倍记 10 分：\n" +
			"  严重程度  10×（级别−1），级别按欧盟 RAPEX 指南 1–4 级\n" +
			"  数量      10×lg（成立评论数的下限与一条时之比），最多 35\n" +
			"  占比      10×lg（1＋100×占全部评论比例的下限），最多 15\n" +
			"  增长      10×lg（与此前报送期之比的下限），最多 10\n" +
			"  伤害      有人身伤害时 5＋10×lg（条数），最多 10\n" +
			"下限都是 95% 单侧置信下限，因此个别评论不会排到前面。",
		Example: "  chaping leads --period 2026-11 --top 20",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runLeads(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.IntVar(&o.earlier, "baseline", 3, "与此前多少个报送期比较增长")
	f.IntVar(&o.top, "top", 50, "列出多少条，0 为全部")
	f.StringVar(&o.terms, "terms", "", "词库目录；不写用自带词库")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runLeads(ctx context.Context, o leadsOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	if o.earlier < 0 || o.earlier > 36 || o.top < 0 {
		return usage("--baseline 应在 0–36 之间，--top 不能是负数")
	}
	var leads []app.Lead
	var mined app.Mined
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
		leads, mined, err = pipe.Leads(ctx, period, o.earlier)
		return err
	})
	if err != nil {
		return err
	}
	total := len(leads)
	if o.top > 0 {
		leads = leads[:min(o.top, total)]
	}
	if o.json {
		return errors.Join(p.printLeadsJSON(mined, total, leads), partial)
	}
	return errors.Join(p.printLeads(mined, total, leads), partial)
}

func (p *program) printLeads(m app.Mined, total int, leads []app.Lead) error {
	p.printMined(m)
	fmt.Fprintf(p.out, "线索 %d 条，列出 %d 条\n", total, len(leads))
	if len(leads) > 0 {
		err := p.printTable(func(w io.Writer) {
			fmt.Fprintln(w, "优先级\t商品\t危害类别\t成立/评论\t伤害\t严重+数量+占比+增长+伤害\t评论关键词")
			for _, l := range leads {
				q := l.Priority
				fmt.Fprintf(
					w,
					"%.1f\t%s\t%s\t%d/%d\t%d\t%.0f+%.1f+%.1f+%s+%.1f\t%s\n",
					q.Points,
					orID(l.Product.Name, l.Product.ID),
					l.Hazard.Chinese(),
					l.Count.Affirmed[q.Level-1],
					l.Count.Reviews,
					l.Count.Injuries,
					q.Severity,
					q.Number,
					q.Share,
					growth(l),
					q.Injury,
					chaping.Shorten(strings.Join(l.Terms, "、"), 40),
				)
			}
		})
		if err != nil {
			return err
		}
	}
	fmt.Fprintf(p.out, "注意：%s\n", leadsNote)
	return nil
}

// growth is the part for growth, or a dash where there is nothing to compare with.
func growth(l app.Lead) string {
	if !l.Priority.GrowthTold {
		return "—"
	}
	return fmt.Sprintf("%.1f", l.Priority.Growth)
}

func (p *program) printLeadsJSON(m app.Mined, total int, leads []app.Lead) error {
	type parts struct {
		Severity float64 `json:"severity"`
		Number   float64 `json:"number"`
		Share    float64 `json:"share"`
		Growth   float64 `json:"growth"`
		Injury   float64 `json:"injury"`
	}
	type row struct {
		Priority       float64        `json:"lead_priority"`
		Parts          parts          `json:"parts"`
		Level          int            `json:"severity_level"`
		Platform       string         `json:"platform"`
		Product        string         `json:"product"`
		Name           string         `json:"name"`
		Shop           string         `json:"shop"`
		Keywords       []string       `json:"keywords"`
		Hazard         chaping.Hazard `json:"hazard"`
		Terms          []string       `json:"terms"`
		Affirmed       [4]uint64      `json:"affirmed_by_severity"`
		Reviews        uint64         `json:"reviews"`
		Injuries       uint64         `json:"injuries"`
		Earlier        [4]uint64      `json:"earlier_by_severity"`
		EarlierReviews uint64         `json:"earlier_reviews"`
	}
	rows := []row{}
	for _, l := range leads {
		q, c := l.Priority, l.Count
		rows = append(
			rows,
			row{
				Priority: q.Points,
				Parts: parts{
					Severity: q.Severity,
					Number:   q.Number,
					Share:    q.Share,
					Growth:   q.Growth,
					Injury:   q.Injury,
				},
				Level:          q.Level,
				Platform:       l.Product.Platform,
				Product:        l.Product.ID,
				Name:           l.Product.Name,
				Shop:           l.Product.Shop.Name,
				Keywords:       append([]string{}, l.Keywords...),
				Hazard:         l.Hazard,
				Terms:          l.Terms,
				Affirmed:       c.Affirmed,
				Reviews:        c.Reviews,
				Injuries:       c.Injuries,
				Earlier:        c.Earlier,
				EarlierReviews: c.EarlierReviews,
			},
		)
	}
	return p.printJSON(struct {
		Period     string `json:"period"`
		Dictionary string `json:"dictionary"`
		Note       string `json:"note"`
		Leads      int    `json:"leads"`
		Rows       []row  `json:"rows"`
	}{m.Period, m.Dictionary, leadsNote, total, rows})
}
