package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/analysis"
	"chaping/app"
	"chaping/nlp"
	"chaping/store"
)

// queryOptions are the flags that questions share.
type queryOptions struct {
	dictionary string
	from, to   string
	by         []string
	platforms  []string
	keywords   []string
	terms      []string
	hazards    []string
	shops      []string
	products   []string
	regions    []string
	price      string
	top        int
	format     string
	out        string
}

// A question is a subcommand of query.
type question struct {
	use, short, long, example string
	by                        []string // default dimensions; nil: the flag is not there
	months                    int      // default length in periods
	flags                     func(*cobra.Command)
	ask                       func(ctx context.Context, s *store.Store, q store.CountQuery, o *queryOptions) (*resultTable, error)
}

func (p *program) queryCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "query", Short: "按时间、店铺、商品、危害等分析历史评论", Args: noArgs,
		Long: "从挖掘时建立的计数里回答问题。时间用报送期选（--from、--to，含两端）；没有用当前词库挖掘过的报送期会提示。\n" +
			"各计数都是去重的评论条数：成立 = 正文表明问题发生过，差评 = 其中的差评，隐性 = 其中的好评和默认评论。",
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	var yearly bool
	var history, least int
	var fdr float64
	var negative, hidden bool
	for _, q := range []question{
		{use: "counts", short: "按任意维度计数和比率", by: []string{"period"}, months: 12,
			example: "  chaping query counts --by month,term --hazard fire --from 2025-12\n  chaping query counts --by shop --term 漏电 --format xlsx --out 漏电.xlsx", ask: askCounts},
		{use: "movers", short: "与上一期（或去年同期）相比变化最大的", by: []string{"term"}, months: 1,
			flags: func(c *cobra.Command) { c.Flags().BoolVar(&yearly, "yearly", false, "与去年同期相比") },
			ask: func(ctx context.Context, s *store.Store, q store.CountQuery, o *queryOptions) (*resultTable, error) {
				return askMovers(ctx, s, q, o, yearly)
			}},
		{use: "spikes", short: "突然上升的（伽马—泊松检验，控制误报率）", by: []string{"term", "product"}, months: 1,
			long: "把 --to 这一期与此前 --history 期相比，列出升得不像偶然的。检验方法见 trend 包的说明。",
			flags: func(c *cobra.Command) {
				c.Flags().IntVar(&history, "history", 12, "与此前多少个报送期相比")
				c.Flags().Float64Var(&fdr, "fdr", 0.05, "列出的当中允许有多大比例是偶然")
			},
			ask: func(ctx context.Context, s *store.Store, q store.CountQuery, o *queryOptions) (*resultTable, error) {
				return askSpikes(ctx, s, q, o, history, fdr)
			}},
		{use: "drifts", short: "缓慢上升的（累积和 CUSUM）", by: []string{"term"}, months: 24, ask: askDrifts},
		{use: "evidence", short: "从命中到原句：漏斗和最近的句子", months: 12,
			flags: func(c *cobra.Command) {
				c.Flags().BoolVar(&negative, "negative", false, "只列差评里的句子")
				c.Flags().BoolVar(&hidden, "hidden", false, "只列好评和默认评论里的句子")
			},
			ask: func(ctx context.Context, s *store.Store, q store.CountQuery, o *queryOptions) (*resultTable, error) {
				if negative && hidden {
					return nil, usage("--negative 与 --hidden 不能同时使用")
				}
				which := store.AnyAffirmed
				if negative {
					which = store.OnlyNegative
				} else if hidden {
					which = store.OnlyHidden
				}
				return askEvidence(ctx, s, q, o, which)
			}},
		{use: "hidden", short: "高星隐性投诉：评为好评、正文却成立的", by: []string{"product", "term"}, months: 1, ask: askHidden},
		{use: "defaults", short: "默认评论所占的比例", by: []string{"shop"}, months: 12, ask: askDefaults},
		{use: "repeat", short: "一再出现问题的店铺", months: 12,
			flags: func(c *cobra.Command) {
				c.Flags().IntVar(&least, "least", 3, "至少多少个报送期有成立的差评")
			},
			ask: func(ctx context.Context, s *store.Store, q store.CountQuery, o *queryOptions) (*resultTable, error) {
				return askRepeats(ctx, s, q, o, least)
			}},
	} {
		cmd.AddCommand(p.questionCommand(q))
	}
	cmd.AddCommand(p.querySQLCommand())
	return cmd
}

func (p *program) questionCommand(q question) *cobra.Command {
	var o queryOptions
	cmd := &cobra.Command{
		Use: q.use, Short: q.short, Long: q.long, Example: q.example, Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runQuestion(cmd.Context(), q, &o) },
	}
	f := cmd.Flags()
	if q.by != nil {
		var names []string
		for _, d := range store.Dimensions() {
			names = append(names, string(d))
		}
		f.StringSliceVar(&o.by, "by", q.by, "按什么统计，可用逗号并列："+strings.Join(names, "、"))
	}
	f.StringVar(&o.from, "from", "", fmt.Sprintf("第一个报送期；不写为 --to 往前共 %d 期", q.months))
	f.StringVar(&o.to, "to", "", "最后一个报送期，例如 2026-11；不写为已到报送期限而没有登记报送的一期，都已报送时为今天所在的一期")
	f.StringVar(&o.dictionary, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	f.StringSliceVar(&o.terms, "term", nil, "只看这些词条")
	f.StringSliceVar(&o.hazards, "hazard", nil, "只看这些危害类别（代号或中文名）")
	f.StringSliceVar(&o.platforms, "platform", nil, "只看这些平台（代号）")
	f.StringSliceVar(&o.keywords, "keyword", nil, "只看这些商品关键词")
	f.StringSliceVar(&o.shops, "shop", nil, "只看这些店铺")
	f.StringSliceVar(&o.products, "product", nil, "只看这些商品（编号）")
	f.StringSliceVar(&o.regions, "region", nil, "只看这些公司所在区域")
	f.StringVar(&o.price, "price", "", "只看这个价格范围（元），例如 50-200")
	f.IntVar(&o.top, "top", 50, "最多列多少行；0 为全部")
	f.StringVar(&o.format, "format", "table", "格式："+outputFormats)
	f.StringVar(&o.out, "out", "", "写到文件；不写为标准输出")
	if q.flags != nil {
		q.flags(cmd)
	}
	return cmd
}

func (p *program) runQuestion(ctx context.Context, of question, o *queryOptions) error {
	miner, partial, err := p.miner(ctx, o.dictionary)
	if err != nil {
		return err
	}
	q, err := p.countQuery(ctx, of, o, miner)
	if err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	if err := seen(ctx, s, o); err != nil {
		return err
	}
	table, err := of.ask(ctx, s, q, o)
	if err != nil {
		return err
	}
	gaps, err := p.app.Gaps(ctx, q)
	if err != nil {
		return err
	}
	p.remarkGaps(table, gaps)
	if o.top > 0 && len(table.rows) > o.top {
		table.remark("共 %d 行，列出前 %d 行；用 --top 0 列出全部。", len(table.rows), o.top)
		table.rows = table.rows[:o.top]
	}
	return errors.Join(p.writeTable(table, o.format, o.out), partial)
}

// seen refuses values that the store has never seen: of a word that was misspelt there
// is nothing, which must not pass for an answer.
func seen(ctx context.Context, s *store.Store, o *queryOptions) error {
	for _, flag := range []struct {
		name string
		of   store.Dimension
		list []string
	}{
		{"platform", store.ByPlatform, o.platforms}, {"keyword", store.ByKeyword, o.keywords}, {"shop", store.ByShop, o.shops},
		{"product", store.ByProduct, o.products}, {"region", store.ByRegion, o.regions},
	} {
		if err := seenAll(ctx, s, flag.name, flag.of, flag.list); err != nil {
			return err
		}
	}
	return nil
}

func seenAll(ctx context.Context, s *store.Store, flag string, of store.Dimension, values []string) error {
	unseen, err := s.Unseen(ctx, of, values)
	if err != nil || len(unseen) == 0 {
		return err
	}
	return usage("--%s：库里从来没有%s“%s”；写法要与采集、导入时完全一致，用 chaping query counts --by %s 查看",
		flag, of.Chinese(), chaping.Shorten(strings.Join(unseen, "”“"), 80), of)
}

// remarkGaps says what the table does not.
func (p *program) remarkGaps(table *resultTable, g app.Gaps) {
	for _, line := range g.Unfinished {
		table.remark("注意：%s，数字可能偏少。", line)
	}
	if len(g.Stale) > 0 {
		table.remark("注意：%d 个报送期的计数早于最近的复核，还含有人工已排除的评论：%s。运行 chaping mine --period 报送期 后再查。",
			len(g.Stale), periodNames(g.Stale))
	}
	if g.Running != (chaping.Period{}) {
		table.remark("报送期 %s 还没有结束（%s），它的数字不能与整期相比。", g.Running, g.Running.Elapsed(p.now()))
	}
	if len(g.NotMined) > 0 {
		table.remark("注意：%d 个报送期没有用当前词库挖掘过，不在结果里：%s。需要时运行 chaping mine --period 报送期。",
			len(g.NotMined), periodNames(g.NotMined))
	}
}

func periodNames(periods []chaping.Period) string {
	var names []string
	for _, p := range periods {
		names = append(names, p.String())
	}
	return chaping.Shorten(strings.Join(names, "、"), 80)
}

// countQuery reads the shared flags.
func (p *program) countQuery(
	ctx context.Context,
	of question,
	o *queryOptions,
	miner *nlp.Miner,
) (store.CountQuery, error) {
	q := store.CountQuery{
		Dictionary: miner.Version(),
		Known:      miner.Dictionary().Terms,
		Terms:      o.terms,
		Platforms:  o.platforms,
		Keywords:   o.keywords,
		Shops:      o.shops,
		Products:   o.products,
		Regions:    o.regions,
	}
	for _, d := range o.by {
		if d == string(store.ByProduct) && !slices.Contains(o.by, string(store.ByPlatform)) {
			q.By = append(q.By, store.ByPlatform) // platforms number their products as they like
		}
		q.By = append(q.By, store.Dimension(d))
	}
	var err error
	if q.Last, err = p.period(ctx, o.to); err != nil {
		return q, err
	}
	if q.First = q.Last; o.from != "" {
		if q.First, err = p.period(ctx, o.from); err != nil {
			return q, err
		}
	} else {
		for range of.months - 1 {
			q.First = q.First.Previous()
		}
	}
	if months := (q.Last.Year-q.First.Year)*12 + int(q.Last.Month) - int(q.First.Month); months < 0 || months > 600 {
		return q, usage("--from 应在 --to 之前，且不超过 50 年")
	}
	for _, h := range o.hazards {
		hazard, known := chaping.ParseHazard(h)
		if !known {
			return q, usage("没有危害类别“%s”", h)
		}
		q.Hazards = append(q.Hazards, hazard)
	}
	for _, t := range o.terms {
		if !slices.ContainsFunc(q.Known, func(k chaping.Term) bool { return k.Name == t }) {
			return q, usage("词库里没有词条“%s”；用 chaping dict list 查看", t)
		}
	}
	if o.price != "" {
		price, err := chaping.ParsePrice(o.price)
		if err != nil {
			return q, usage("%v；写成 50-200（元）", err)
		}
		q.PriceLow, q.PriceHigh = price.Low, price.High
	}
	return q, nil
}

// heads are the names of the dimensions in Chinese.
func heads(by []store.Dimension, more ...string) []string {
	var list []string
	for _, d := range by {
		list = append(list, d.Chinese())
	}
	return append(list, more...)
}

// line is a table row: the keys, hazards by their Chinese names, then values.
func line(by []store.Dimension, keys []string, values ...any) []any {
	var row []any
	for i, k := range keys {
		if by[i] == store.ByHazard {
			k = cmp.Or(chaping.Hazard(k).Chinese(), k)
		}
		row = append(row, k)
	}
	return append(row, values...)
}

func askCounts(ctx context.Context, s *store.Store, q store.CountQuery, _ *queryOptions) (*resultTable, error) {
	rows, err := analysis.Counts(ctx, s, q)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "成立", "差评", "隐性", "评论", "全部差评", "默认评论", "成立率")}
	for _, r := range rows {
		t.add(line(q.By, r.Keys, r.Affirmed, r.Negative, r.Hidden, r.Reviews, r.AllNeg, r.Defaults, r.Rate())...)
	}
	return t, nil
}

func askMovers(
	ctx context.Context,
	s *store.Store,
	q store.CountQuery,
	_ *queryOptions,
	yearly bool,
) (*resultTable, error) {
	list, err := analysis.Movers(ctx, s, q, yearly)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "本期成立", "前期成立", "本期评论", "前期评论", "比率为前期的倍数", "超出应有的条数")}
	for _, m := range list {
		t.add(
			line(
				q.By,
				m.Now.Keys,
				m.Now.Affirmed,
				m.Before.Affirmed,
				m.Now.Reviews,
				m.Before.Reviews,
				m.Factor(),
				m.Change(),
			)...)
	}
	return t, nil
}

func askSpikes(
	ctx context.Context,
	s *store.Store,
	q store.CountQuery,
	_ *queryOptions,
	history int,
	fdr float64,
) (*resultTable, error) {
	if history < 1 || history > 120 || fdr <= 0 || fdr >= 1 {
		return nil, usage("--history 应在 1 到 120 之间，--fdr 应在 0 到 1 之间")
	}
	list, err := analysis.Spikes(ctx, s, q, history, fdr)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "本期成立", "应有", "倍数", "偶然的概率", "误报率 q", "本期评论", "此前成立", "此前评论")}
	for _, m := range list {
		t.add(
			line(
				q.By,
				m.Now.Keys,
				m.Now.Affirmed,
				m.Expected,
				m.Ratio,
				m.Chance,
				m.Q,
				m.Now.Reviews,
				m.Before.Hits,
				m.Before.Reviews,
			)...)
	}
	return t, nil
}

func askDrifts(ctx context.Context, s *store.Store, q store.CountQuery, _ *queryOptions) (*resultTable, error) {
	list, err := analysis.Drifts(ctx, s, q)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "自", "累积和", "各期成立")}
	for _, d := range list {
		var hits []string
		for _, c := range d.Series {
			hits = append(hits, fmt.Sprint(c.Hits))
		}
		t.add(line(q.By, d.Keys, d.Since.String(), d.Sum, strings.Join(hits, " "))...)
	}
	return t, nil
}

func askEvidence(
	ctx context.Context,
	s *store.Store,
	q store.CountQuery,
	o *queryOptions,
	which store.Which,
) (*resultTable, error) {
	f, err := s.Funnel(ctx, q)
	if err != nil {
		return nil, err
	}
	limit := o.top
	if limit == 0 {
		limit = 1 << 30
	}
	list, err := s.Sentences(ctx, q, which, limit)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: []string{"发表时间", "平台", "商品", "评论", "评级", "词条", "句子", "线索词"},
		note: fmt.Sprintf(
			"命中 %d 处（%d 条评论）→ 成立 %d 处（%d 条评论）→ 差评 %d 条、隐性投诉 %d 条",
			f.Mentions,
			f.Mentioned,
			f.Affirmed,
			f.Reviews,
			f.Negative,
			f.Hidden,
		)}
	for _, e := range list {
		t.add(
			e.Review.Published.Format(time.DateTime),
			e.Review.Platform,
			e.Review.Product,
			e.Review.ID,
			e.Review.Grade.Chinese(),
			e.Term,
			chaping.Excerpt(e.Review.Body(), e.Mention.Start, e.Mention.End, 40),
			e.Mention.Cue,
		)
	}
	return t, nil
}

func askHidden(ctx context.Context, s *store.Store, q store.CountQuery, _ *queryOptions) (*resultTable, error) {
	rows, err := analysis.Hidden(ctx, s, q)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "隐性投诉", "成立", "占成立", "评论")}
	for _, r := range rows {
		t.add(line(q.By, r.Keys, r.Hidden, r.Affirmed, float64(r.Hidden)/float64(r.Affirmed), r.Reviews)...)
	}
	return t, nil
}

func askDefaults(ctx context.Context, s *store.Store, q store.CountQuery, _ *queryOptions) (*resultTable, error) {
	rows, err := analysis.Defaults(ctx, s, q)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: heads(q.By, "默认评论", "评论", "占比")}
	for _, r := range rows {
		t.add(line(q.By, r.Keys, r.Defaults, r.Reviews, r.DefaultRate())...)
	}
	return t, nil
}

func askRepeats(
	ctx context.Context,
	s *store.Store,
	q store.CountQuery,
	_ *queryOptions,
	least int,
) (*resultTable, error) {
	list, err := analysis.Repeats(ctx, s, q, least)
	if err != nil {
		return nil, err
	}
	t := &resultTable{heads: []string{"店铺", "期数", "成立的差评", "成立", "评论", "报送期"}}
	for _, r := range list {
		var periods []string
		for _, period := range r.Periods {
			periods = append(periods, period.String())
		}
		t.add(r.Shop, len(r.Periods), r.Negative, r.Affirmed, r.Reviews, strings.Join(periods, " "))
	}
	return t, nil
}

func (p *program) querySQLCommand() *cobra.Command {
	var rows, seconds, memory int
	var format, out string
	cmd := &cobra.Command{
		Use: "sql 语句", Short: "只读 SQL，行数、时间、内存有上限",
		Long: "把一条 SELECT 交给数据库执行。执行之前按数据库自己的语法分析逐项核对，只允许下列的表和函数，其余一律拒绝：\n" +
			"不能写入，不能读文件、网址、环境和系统表，不能写 SETTINGS、FORMAT、INTO OUTFILE、APPLY，表名前不写库名。\n" +
			"服务器早于 23.10 时不执行。时间到了一定返回。\n\n" +
			"表和视图（读 reviews、listings 时加 FINAL；bi_ 开头的是给画图程序的，见 docs/recipes.md）：\n" + strings.Join(store.UserTables(), " ") +
			"\n此外可以用子查询、WITH 里起的名字和 numbers(n)。\n\n函数\n\n" + store.UserFunctions(),
		Example: "  chaping query sql \"SELECT platform, count() FROM reviews FINAL GROUP BY platform\"",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一条 SQL，用引号括起来")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			if rows < 1 || rows > maxSheetRows || seconds < 1 || memory < 1 {
				return usage("--rows 应在 1 到 %d 之间，--seconds、--memory 至少为 1", maxSheetRows)
			}
			s, err := p.app.Store(cmd.Context())
			if err != nil {
				return err
			}
			a, err := s.ReadOnly(
				cmd.Context(),
				args[0],
				store.Limits{Rows: rows, Time: time.Duration(seconds) * time.Second, Memory: int64(memory) << 20},
			)
			if err != nil {
				return err
			}
			t := &resultTable{heads: a.Columns, rows: a.Rows}
			if a.Cut {
				t.note = fmt.Sprintf("只取了前 %d 行；用 --rows 放宽。", rows)
			}
			return p.writeTable(t, format, out)
		},
	}
	f := cmd.Flags()
	f.IntVar(&rows, "rows", 1000, "最多取多少行")
	f.IntVar(&seconds, "seconds", 30, "最多执行多少秒")
	f.IntVar(&memory, "memory", 1024, "最多用多少 MB 内存")
	f.StringVar(&format, "format", "table", "格式："+outputFormats)
	f.StringVar(&out, "out", "", "写到文件；不写为标准输出")
	return cmd
}
