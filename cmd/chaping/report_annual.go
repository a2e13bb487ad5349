package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/report/intake"
)

type annualOptions struct {
	year     int
	products []string
	formats  []string
	out      string
	station  string
	filed    string
	terms    string
	lists    map[report.ListKind]*[]string
	json     bool
}

func (p *program) reportAnnualCommand() *cobra.Command {
	o := annualOptions{lists: map[report.ListKind]*[]string{}}
	cmd := &cobra.Command{
		Use: "annual", Short: "生成年度专题分析报告（附件3）的底稿",
		Long: "按通知附件3的模板生成《上海市××产品质量安全形势专题分析报告》的底稿。\n" +
			"数据能说明的部分写成事实、表和图：全年评论的逐期趋势、同比、危害类别、严重程度、区域、店铺；监测站报送的风险信息；确认过的重要风险信息；导入的清单。\n" +
			"其余写“待补充”，模板的写作说明在 docx 里是批注，在 html 里是屏幕提示，都不印出来。\n\n" +
			"清单是 csv 或 xlsx，第一行为列名（产品名称、商标、规格型号、生产企业、检验结果、不合格项目、日期等，次序不限，常见的别名都认得）。\n" +
			"不合格、有问题和召回的产品，按商标、型号、名称与近三个月展示过的商品比对，疑似的列为候选，须人工核实。\n" +
			"写了 --product 时，评论、清单和报送的信息都只取这些产品。",
		Example: "  chaping report annual --year 2026 --product 电热水壶 --format docx,pdf --out 报送\n" +
			"  chaping report annual --year 2026 --inspection 监督抽查.xlsx --recall 召回.csv --opinion 舆情.xlsx",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runReportAnnual(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.year, "year", 0, "年度；不写为今年")
	f.StringSliceVar(&o.products, "product", nil, "只写这些产品（商品关键词），可重复；不写为全部")
	f.StringSliceVar(&o.formats, "format", []string{"docx"}, "格式：docx、pdf、html、json，可用逗号并列")
	f.StringVar(&o.out, "out", ".", "输出目录，不存在时创建")
	f.StringVar(&o.station, "station", "", "报送单位（监测站名）；不写为本站")
	f.StringVar(&o.filed, "filed", "", "报送日期，例如 2026-12-31；不写为今天")
	f.StringVar(&o.terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	for _, kind := range report.ListKinds() {
		o.lists[kind] = f.StringSlice(string(kind), nil, kind.Chinese()+"清单，可重复")
	}
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

func (p *program) runReportAnnual(ctx context.Context, o annualOptions) error {
	now := p.now().In(chaping.Shanghai())
	if o.year == 0 {
		o.year = now.Year()
	}
	if o.year < 2000 || o.year > now.Year() {
		return usage("年度 %d 不对，应在 2000 至 %d 之间", o.year, now.Year())
	}
	for _, f := range o.formats {
		if f == "xlsx" {
			return usage("专题分析报告没有 xlsx 格式，可用 docx、pdf、html、json")
		}
	}
	if err := checkFormats(o.formats); err != nil {
		return err
	}
	filed := now
	if o.filed != "" {
		var err error
		if filed, err = time.ParseInLocation(time.DateOnly, o.filed, chaping.Shanghai()); err != nil {
			return usage("报送日期“%s”无法识别，应写成 2026-12-31", o.filed)
		}
	}
	// Lists first: a wrong file is told before a year is mined.
	lists, refused, err := p.readLists(ctx, o)
	if err != nil {
		return err
	}
	var a *report.Annual
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
		r := app.AnnualRequest{Year: o.year, Products: o.products, Lists: lists, Name: o.station}
		a, err = p.app.AnnualReport(ctx, pipe, r)
		return err
	})
	if err != nil {
		return err
	}
	a.Program = buildVersion()
	a.FiledOn(filed)
	stem := fmt.Sprintf("annual-%d", o.year)
	if len(o.products) > 0 {
		stem += "-" + app.FileName(strings.Join(o.products, "、"))
	}
	files, unprinted, err := p.app.WriteForm(ctx, a, o.out, stem, o.formats)
	if err != nil {
		return err
	}
	if refused > 0 {
		partial = errors.Join(
			partial,
			&chaping.Error{
				Code:    chaping.CodePartial,
				Message: fmt.Sprintf("清单有 %d 行没有读入", refused),
				Remedy:  "按上面的说明改正后重新运行",
			},
		)
	}
	partial = errors.Join(partial, unprinted)
	if o.json {
		records := map[report.ListKind]int{}
		for _, l := range a.Lists {
			records[l.Kind] = len(l.Records)
		}
		return errors.Join(p.printJSON(struct {
			Year       int                     `json:"year"`
			Title      string                  `json:"title"`
			Lists      map[report.ListKind]int `json:"lists"`
			Candidates int                     `json:"candidates"`
			Files      []string                `json:"files"`
		}{a.Year, a.Title(), records, len(a.Candidates), files}), partial)
	}
	fmt.Fprintf(p.out, "《%s》（%d 年）底稿：\n", a.Title(), a.Year)
	p.printFiles(files)
	for _, l := range a.Lists {
		fmt.Fprintf(
			p.out,
			"%s清单 %d 条（不在年度内 %d、重复 %d、其他产品 %d、没有读入 %d）\n",
			l.Kind.Chinese(),
			len(l.Records),
			l.Outside,
			l.Repeats,
			l.Others,
			l.Refused,
		)
	}
	if len(a.Candidates) > 0 {
		fmt.Fprintf(p.out, "疑似仍在售的商品 %d 条，是候选，须人工核实。\n", len(a.Candidates))
	}
	fmt.Fprintln(p.out, "写着“待补充”的部分由人撰写，写作说明见批注。")
	return partial
}

// readLists reads the lists that the flags name, one for each kind.
func (p *program) readLists(ctx context.Context, o annualOptions) (lists []report.AnnualList, refused int, err error) {
	for _, kind := range report.ListKinds() {
		files := *o.lists[kind]
		if len(files) == 0 {
			continue
		}
		l := report.AnnualList{Kind: kind, Records: []report.Listed{}}
		for _, file := range files {
			data, err := readBounded(file, intake.MaxFile)
			if err != nil {
				return nil, 0, err
			}
			if err := intake.ReadList(ctx, &l, intake.ListFile{Name: file, Data: data, Year: o.year}, func(bad *chaping.InputError) { fmt.Fprintln(p.err, bad) }); err != nil {
				return nil, 0, err
			}
		}
		l.Only(o.products)
		refused += l.Refused
		lists = append(lists, l)
	}
	return lists, refused, nil
}
