package main

import (
	"context"
	"fmt"
	"io"
	"math"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/nlp/polarity"
)

type hiddenOptions struct {
	period string
	least  float64
	top    int
	json   bool
}

func (p *program) hiddenCommand() *cobra.Command {
	var o hiddenOptions
	cmd := &cobra.Command{
		Use: "hidden", Short: "列出评为好评、正文却读来是差评的评论",
		Long: "用文本模型读一个报送期的好评和默认评论的追评，把最像差评的列在前面，供人阅读：给了好评却在抱怨的买家，风险词库里还没有的问题。\n" +
			"模型会判错，所以这里只列不计；计入报送表附表的“高星隐性投诉”另按风险词是否成立统计。",
		Example: "  chaping hidden --period 2026-11 --top 100",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runHidden(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.Float64Var(&o.least, "at-least", 0.9, "差评的把握至少多大，0.5–1")
	f.IntVar(&o.top, "top", 50, "列出多少条")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runHidden(ctx context.Context, o hiddenOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	if math.IsNaN(o.least) || o.least < 0.5 || o.least > 1 || o.top < 1 || o.top > 100_000 {
		return usage("--at-least 应在 0.5–1 之间，--top 应在 1–100000 之间")
	}
	m, err := polarity.Shipped()
	if err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	h, err := app.FindHidden(ctx, s, m, period.Window(), o.least, o.top)
	if err != nil {
		return err
	}
	if o.json {
		return p.printHiddenJSON(period, m.Version(), h)
	}
	fmt.Fprintf(
		p.out,
		"报送期 %s：好评和默认评论 %d 条，其中正文读来是差评的 %d 条，列出 %d 条（模型 %s）\n",
		period,
		h.Reviews,
		h.Found,
		len(h.Top),
		m.Version(),
	)
	if len(h.Top) == 0 {
		return nil
	}
	return p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "把握\t评分\t商品\t评论编号\t正文")
		for _, x := range h.Top {
			r := x.Review
			fmt.Fprintf(
				w,
				"%.3f\t%d\t%s\t%s\t%s\n",
				x.Score,
				r.Rating,
				chaping.Shorten(r.Product, 30),
				chaping.Shorten(r.ID, 40),
				chaping.Shorten(r.Body(), 100),
			)
		}
	})
}

func (p *program) printHiddenJSON(period chaping.Period, version string, h app.Hidden) error {
	type row struct {
		Score     float64 `json:"negative_probability"`
		Platform  string  `json:"platform"`
		Product   string  `json:"product"`
		Review    string  `json:"review"`
		Published string  `json:"published"`
		Rating    int     `json:"rating"`
		Default   bool    `json:"default"`
		Text      string  `json:"text"`
		Appended  string  `json:"appended"`
	}
	rows := []row{}
	for _, x := range h.Top {
		r := x.Review
		rows = append(
			rows,
			row{
				Score:     x.Score,
				Platform:  r.Platform,
				Product:   r.Product,
				Review:    r.ID,
				Published: r.Published.In(chaping.Shanghai()).Format("2006-01-02 15:04:05"),
				Rating:    r.Rating,
				Default:   r.Default,
				Text:      r.Text,
				Appended:  r.Appended,
			},
		)
	}
	return p.printJSON(struct {
		Period  string `json:"period"`
		Version string `json:"version"`
		Reviews uint64 `json:"reviews"`
		Found   uint64 `json:"found"`
		Rows    []row  `json:"rows"`
	}{period.String(), version, h.Reviews, h.Found, rows})
}
