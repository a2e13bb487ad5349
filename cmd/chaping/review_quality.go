package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
)

type reviewSampleOptions struct {
	reviewOptions
	interval float64
}

func (p *program) reviewSampleCommand() *cobra.Command {
	var o reviewSampleOptions
	cmd := &cobra.Command{Use: "sample", Short: "抽取本期要复核的样本", Args: noArgs,
		Long: "随机抽取三部分：成立的命中（按严重程度和领域分层）、没有命中的差评、没有命中的其他评论。\n" +
			"复核完样本，报送表的“统计口径”附表就写明数字有多准。种子保存在数据目录里：同一期再抽，还是这一份；\n" +
			"评论增加或区间改动时，已抽到的不变，只补抽。",
		Example: "  chaping review sample --period 2026-11 --interval 5",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReviewSample(cmd.Context(), o) }}
	p.reviewFlags(cmd, &o.reviewOptions)
	f := cmd.Flags()
	f.Float64Var(&o.interval, "interval", 0, "命中准确率的区间，正负几个百分点；不写为上次的，没有则为 5")
	f.IntVar(&o.limit, "limit", 50, "最多列多少条未复核的命中，0 为全部")
	f.StringVar(&o.by, "by", operator(), "抽样人")
	return cmd
}

// shownSample is a sample as it is printed.
type shownSample struct {
	Period    string        `json:"period"`
	Seed      int64         `json:"seed"`
	Margin    float64       `json:"margin"`
	Decisions int           `json:"decisions"`
	Minutes   int           `json:"minutes"`
	Done      [3]int        `json:"done"` // of mentions, negative reviews, other reviews
	Mentions  []shownFound  `json:"mentions"`
	Negative  []shownReview `json:"negative_reviews"`
	Other     []shownReview `json:"other_reviews"`
}

// shownReview is a review to be read as it is printed.
type shownReview struct {
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
	Grade    string `json:"grade"`
	Text     string `json:"text"`
	Read     bool   `json:"read"`
	Problem  bool   `json:"problem"`
}

func (p *program) runReviewSample(ctx context.Context, o reviewSampleOptions) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	var drawn *app.Drawn
	var q *chaping.Quality
	shown := shownSample{Mentions: []shownFound{}}
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) error {
		sample, err := p.app.PlanSample(ctx, period, o.interval/100, o.by)
		if err != nil {
			return err
		}
		if drawn, err = pipe.Sample(ctx, period, sample); err != nil {
			return err
		}
		read, err := p.app.Readings(ctx)
		if err != nil {
			return err
		}
		shown.Done = drawn.Done(pipe.Judgements, read)
		for i := range drawn.Mentions {
			e := &drawn.Mentions[i]
			f := app.Found{
				Evidence:  *e,
				Judgement: pipe.Judgements[chaping.Judged{Review: e.Review.Key(), Term: e.Term}],
			}
			shown.Mentions = append(shown.Mentions, showFound(&f))
		}
		shown.Negative, shown.Other = showReviews(drawn.Negative, read), showReviews(drawn.Other, read)
		q, err = p.app.PeriodQuality(ctx, pipe, period)
		return err
	})
	if err != nil {
		return err
	}
	shown.Period, shown.Seed, shown.Margin = period.String(), drawn.Seed, drawn.Margin
	shown.Decisions, shown.Minutes = drawn.Decisions(), drawn.Minutes()
	if o.json {
		return errors.Join(p.printJSON(shown), partial)
	}
	fmt.Fprintf(p.out, "报送期 %s 的抽样（命中准确率的区间目标 ±%g 个百分点）：\n", period, 100*drawn.Margin)
	for i, part := range []struct {
		name  string
		share chaping.Share
	}{{"成立的命中", q.Affirmed}, {"没有命中的差评", q.UnfoundNegative}, {"没有命中的其他评论", q.UnfoundOther}} {
		fmt.Fprintf(
			p.out,
			"  %s：共 %d 条，抽取 %d 条，已复核 %d 条\n",
			part.name,
			part.share.Population,
			part.share.Sampled,
			shown.Done[i],
		)
	}
	fmt.Fprintf(p.out, "共 %d 次决定，约 %d 分钟\n", shown.Decisions, shown.Minutes)
	return errors.Join(p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "编号\t评论关键词\t评级\t日期\t所在句子")
		n := 0
		for _, f := range shown.Mentions {
			if f.Verdict == "" && (o.limit == 0 || n < o.limit) {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", f.ID, f.Term, f.Grade, f.Date, f.Sentence)
				n++
			}
		}
	}), partial)
}

func showReviews(list []chaping.Review, read map[chaping.ReviewKey]chaping.Reading) []shownReview {
	shown := []shownReview{}
	for i := range list {
		r := &list[i]
		reading, known := read[r.Key()]
		shown = append(
			shown,
			shownReview{Platform: r.Platform, Product: r.Product, Review: r.ID, Grade: r.Grade.Chinese(),
				Text: r.Body(), Read: known, Problem: reading.Problem},
		)
	}
	return shown
}

// showFound is a mention to review as it is printed.
func showFound(f *app.Found) shownFound {
	r := &f.Review
	return shownFound{
		ID:       chaping.Judged{Review: r.Key(), Term: f.Term}.ID(),
		Keyword:  f.Keyword,
		Term:     f.Term,
		Platform: r.Platform,
		Product:  r.Product,
		Review:   r.ID,
		Date:     r.Published.Format(time.DateOnly),
		Grade:    r.Grade.Chinese(),
		Sentence: chaping.Excerpt(r.Body(), f.Mention.Start, f.Mention.End, 30),
		Verdict:  string(f.Judgement.Verdict),
		Reason:   string(f.Judgement.Reason),
		Note:     f.Judgement.Note,
		By:       f.Judgement.By,
	}
}

func (p *program) reviewQualityCommand() *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{Use: "quality", Short: "从复核过的样本推算数字有多准", Args: noArgs,
		Example: "  chaping review quality --period 2026-11 --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReviewQuality(cmd.Context(), o) }}
	p.reviewFlags(cmd, &o)
	return cmd
}

func (p *program) runReviewQuality(ctx context.Context, o reviewOptions) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	var q *chaping.Quality
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
		q, err = p.app.PeriodQuality(ctx, pipe, period)
		return err
	})
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(p.printJSON(q), partial)
	}
	for _, line := range report.QualityLines(q) {
		fmt.Fprintf(p.out, "%s：%s\n", line.Name, line.Meaning)
	}
	return partial
}
