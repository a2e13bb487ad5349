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
	"chaping/station"
	"chaping/store"
)

type reviewOptions struct {
	period   string
	terms    string
	keywords []string
	only     []string
	state    string
	limit    int
	json     bool
	note     string
	reason   string
	by       string
}

func (p *program) reviewCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "review",
		Short: "人工复核命中：确认、排除、加说明；抽取样本，推算数字有多准",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "逐条复核程序判为“成立”的命中。复核以“评论 × 评论关键词”为单位，不随词库和重新挖掘而失效。\n" +
			"被排除的评论不再计入差评数；报送表的“统计口径”附表写明已确认、已排除、未复核的条数。",
	}
	cmd.AddCommand(p.reviewListCommand(), p.reviewSampleCommand(), p.reviewQualityCommand(),
		p.judgeCommand("confirm", "确认：问题确实发生在本商品上", chaping.Confirmed),
		p.judgeCommand("reject", "排除：程序判断有误，不计数", chaping.Rejected),
		p.judgeCommand("note", "撤销确认或排除，只留说明", chaping.Unreviewed),
		p.reviewExportCommand(), p.reviewImportCommand(), p.reviewReadCommand())
	return cmd
}

func (p *program) reviewFlags(cmd *cobra.Command, o *reviewOptions) {
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
}

func (p *program) reviewListCommand() *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{Use: "list", Short: "列出待复核或已复核的命中", Args: noArgs,
		Example: "  chaping review list --period 2026-11 --state unreviewed",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReviewList(cmd.Context(), o) }}
	p.reviewFlags(cmd, &o)
	f := cmd.Flags()
	f.StringSliceVar(&o.keywords, "keyword", nil, "只看这些商品关键词")
	f.StringSliceVar(&o.only, "term", nil, "只看这些评论关键词；也可以写一组：安全核心、安全全部、领域：名称")
	f.StringVar(&o.state, "state", "", "只看一种：unreviewed（未复核）、confirmed（已确认）、rejected（已排除）")
	f.IntVar(&o.limit, "limit", 50, "最多列多少条，0 为全部")
	return cmd
}

// shownFound is a mention to review as it is printed.
type shownFound struct {
	ID       string `json:"id"`
	Keyword  string `json:"keyword"`
	Term     string `json:"term"`
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
	Date     string `json:"published"`
	Grade    string `json:"grade"`
	Sentence string `json:"sentence"`
	Verdict  string `json:"verdict"`
	Reason   string `json:"reason,omitempty"`
	Note     string `json:"note,omitempty"`
	By       string `json:"by,omitempty"`
}

func (p *program) runReviewList(ctx context.Context, o reviewOptions) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	states := map[string]chaping.Verdict{
		"unreviewed": chaping.Unreviewed,
		"confirmed":  chaping.Confirmed,
		"rejected":   chaping.Rejected,
	}
	state, known := states[o.state]
	if o.state != "" && !known {
		return usage("--state 只能是 unreviewed、confirmed、rejected")
	}
	list, counts := []shownFound{}, map[chaping.Verdict]int{}
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) error {
		terms, _ := chaping.SelectTerms(pipe.Miner.Dictionary().Terms, o.only)
		return pipe.Found(
			ctx,
			period,
			store.TallyFilter{Keywords: o.keywords, Terms: terms},
			func(f *app.Found) error {
				counts[f.Judgement.Verdict]++
				if (!known || f.Judgement.Verdict == state) && (o.limit == 0 || len(list) < o.limit) {
					list = append(list, showFound(f))
				}
				return nil
			},
		)
	})
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(p.printJSON(list), partial)
	}
	err = p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "编号\t评论关键词\t评级\t日期\t复核\t所在句子")
		for _, f := range list {
			fmt.Fprintf(
				w,
				"%s\t%s\t%s\t%s\t%s\t%s\n",
				f.ID,
				f.Term,
				f.Grade,
				f.Date,
				chaping.Verdict(f.Verdict).Chinese(),
				f.Sentence,
			)
		}
	})
	fmt.Fprintf(
		p.out,
		"列出 %d 条；已确认 %d，已排除 %d，未复核 %d\n",
		len(list),
		counts[chaping.Confirmed],
		counts[chaping.Rejected],
		counts[chaping.Unreviewed],
	)
	return errors.Join(err, partial)
}

func (p *program) judgeCommand(name, short string, verdict chaping.Verdict) *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{Use: name + " 编号...", Short: short,
		Example: "  chaping review " + name + " 1a2b3c4d5e6f --period 2026-11 --note 电话核实",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("没有写要复核的编号（见 chaping review list）")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, ids []string) error { return p.runJudge(cmd.Context(), o, verdict, ids) }}
	p.reviewFlags(cmd, &o)
	switch verdict {
	case chaping.Rejected:
		cmd.Example = "  chaping review reject 1a2b3c4d5e6f --period 2026-11 --reason 别的商品"
		cmd.Flags().StringVar(&o.reason, "reason", "", "排除的原因："+reasonNames())
		cmd.Flags().StringVar(&o.note, "note", "", "说明；没有写 --reason 时必须写")
	default:
		cmd.Flags().StringVar(&o.note, "note", "", "说明")
	}
	cmd.Flags().StringVar(&o.by, "by", operator(), "复核人")
	return cmd
}

func (p *program) runJudge(ctx context.Context, o reviewOptions, verdict chaping.Verdict, ids []string) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	reason, err := chaping.ParseReason(o.reason)
	if err != nil {
		return err
	}
	switch {
	case verdict == chaping.Rejected && o.note == "" && reason == chaping.NoReason:
		return usage("要用 --reason 写明原因，或用 --note 写说明")
	case verdict == chaping.Unreviewed && o.note == "":
		return usage("要用 --note 写说明")
	}
	var judgements []chaping.Judgement
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) error {
		list, err := pipe.NamedBy(ctx, period, ids)
		for _, about := range list {
			judgements = append(judgements, chaping.Judgement{
				Review: about.Review, Term: about.Term, Verdict: verdict, Reason: reason, Note: o.note, By: o.by,
			})
		}
		return err
	})
	if err != nil {
		return err
	}
	if err := p.withStation(ctx, func(d *station.DB) error { return d.Judge(ctx, judgements...) }); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d 条：%s\n", len(judgements), verdict.Chinese())
	_, err = p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) error { // with the new judgements
		_, err := pipe.Mine(ctx, period, false)
		return err
	})
	return errors.Join(err, partial)
}

// reasonNames lists the reasons of a rejection for a flag's help.
func reasonNames() string {
	var list []string
	for _, r := range chaping.Reasons() {
		list = append(list, r.Chinese())
	}
	return strings.Join(list, "、")
}

// begunPeriod reads --period and refuses one that has not begun.
func (p *program) begunPeriod(ctx context.Context, flag string) (chaping.Period, error) {
	period, err := p.period(ctx, flag)
	if err != nil {
		return period, err
	}
	if from := period.Window().From; p.now().Before(from) {
		return period, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("报送期 %s 还没有开始（采集范围 %s）", period, period.Window().Chinese()),
			Remedy:  "核对 --period；报送期以结束的月份命名",
		}
	}
	return period, nil
}
