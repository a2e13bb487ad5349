package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/pipeline"
	"chaping/report"
)

type reportOptions struct {
	period   string
	formats  []string
	out      string
	station  string
	filed    string
	terms    string
	keywords []string
	only     []string
	least    uint64
	top      int
	json     bool
}

func (p *program) reportCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "report", Short: "生成报送表", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.reportPlatformCommand())
	return cmd
}

func (p *program) reportPlatformCommand() *cobra.Command {
	var o reportOptions
	cmd := &cobra.Command{
		Use: "platform", Short: "生成电商平台报送表",
		Long: "生成一个报送期的《上海市产品质量安全风险信息报送表（电商平台）》。\n" +
			"评论或词库有变化时，先自动重新挖掘和计数。xlsx 另附“统计口径”“证据”两张工作表；docx、pdf、html 是可打印签字的报送表本身。\n" +
			"pdf 由 chromium 或 Chrome 生成（环境变量 CHAPING_BROWSER 可指定）。",
		Example: "  chaping report platform --period 2026-11 --format xlsx,docx,pdf --out 报送",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReportPlatform(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringSliceVar(&o.formats, "format", []string{"xlsx"}, formatsHelp)
	f.StringVar(&o.out, "out", ".", "输出目录，不存在时创建")
	f.StringVar(&o.station, "station", "", "填报单位（监测站名）；不写保留表样中的占位文字")
	f.StringVar(&o.filed, "filed", "", "填报日期，例如 2026-11-25；不写为今天")
	f.StringVar(&o.terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	f.StringSliceVar(&o.keywords, "keyword", nil, "只列这些商品关键词")
	f.StringSliceVar(&o.only, "term", nil, "只列这些评论关键词")
	f.Uint64Var(&o.least, "min", 0, "只列差评数不少于此数的行")
	f.IntVar(&o.top, "top", 0, "按差评数只列前多少行，0 为全部")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

func (p *program) runReportPlatform(ctx context.Context, o reportOptions) error {
	period, err := p.period(o.period)
	if err != nil {
		return err
	}
	if err := checkFormats(o.formats); err != nil {
		return err
	}
	if o.top < 0 {
		return usage("--top 不能是负数")
	}
	filed := p.now()
	if o.filed != "" {
		if filed, err = time.ParseInLocation(time.DateOnly, o.filed, chaping.Shanghai()); err != nil {
			return usage("填报日期“%s”无法识别，应写成 2026-11-25", o.filed)
		}
	}
	var sheet *report.Platform
	var mined pipeline.Mined
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *pipeline.Pipeline) (err error) {
		sheet, mined, err = pipe.PlatformSheet(ctx, period, pipeline.SheetOptions{
			Keywords: o.keywords, Terms: o.only, Min: o.least, Top: o.top, Station: o.station, Filed: filed, Program: buildVersion(),
		})
		return err
	})
	if err != nil {
		return err
	}
	files, unprinted, err := p.writeForm(ctx, sheet, o.out, "platform-"+sheet.Period.String(), o.formats)
	if err != nil {
		return err
	}
	partial = errors.Join(partial, unprinted)
	if o.json {
		err := p.printJSON(struct {
			pipeline.Mined
			Rows  int      `json:"rows"`
			Files []string `json:"files"`
		}{mined, len(sheet.Rows), files})
		return errors.Join(err, partial)
	}
	p.printMined(mined)
	fmt.Fprintf(p.out, "报送表 %d 行，证据 %d 条：\n", len(sheet.Rows), len(sheet.Evidence))
	p.printFiles(files)
	if mined.Reviews == 0 {
		fmt.Fprintf(p.out, "注意：%s 内没有评论。请先采集（chaping collect）或导入（chaping import），或核对报送期。\n", period.Window().Chinese())
	}
	return partial
}
