package main

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/store"
)

type platformOptions struct {
	formOptions
	watch    string
	keywords []string
	only     []string
	least    uint64
	top      int
	zero     bool
	empty    string
	decided  string
}

func (p *program) reportPlatformCommand() *cobra.Command {
	var o platformOptions
	cmd := &cobra.Command{
		Use: "platform", Short: "生成电商平台报送表",
		Long: "生成一个报送期的《上海市产品质量安全风险信息报送表（电商平台）》。\n" +
			"评论或词库有变化时，先自动重新挖掘和计数。xlsx 另附“统计口径”“证据”两张工作表；docx、pdf、html 是可打印签字的报送表本身。\n" +
			"pdf 用本机的中文字体排版，不需要浏览器。\n\n" +
			"--freeze 把结果冻结成不可更改的版本，记下词库版本、采集范围、程序版本和 sha256；以后用 --version 重新输出，数字和 sha256 都不变。\n" +
			"更正是新的版本，须用 --reason 说明原因。",
		Example: "  chaping report platform --period 2026-11 --format xlsx,docx,pdf --out 报送\n" +
			"  chaping report platform --period 2026-11 --freeze --out 报送\n" +
			"  chaping report platform --period 2026-11 --version 1 --format pdf --out 报送",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runReportPlatform(cmd.Context(), o) },
	}
	f := cmd.Flags()
	o.declare(f)
	f.Lookup("station").Usage = "填报单位（监测站名）；不写为本站，没有设置本站的保留表样中的占位文字"
	f.StringVar(&o.watch, "watch", "", "监测任务文件：只列其中的商品关键词和评论关键词")
	f.StringSliceVar(&o.keywords, "keyword", nil, "只列这些商品关键词")
	f.StringSliceVar(&o.only, "term", nil, "只列这些评论关键词；也可以写一组：安全核心、安全全部、领域：名称")
	f.Uint64Var(&o.least, "min", 0, "只列差评数不少于此数的行")
	f.IntVar(&o.top, "top", 0, "按差评数只列前多少行，0 为全部")
	f.BoolVar(&o.zero, "zero", false, "差评数为 0 的行也列入报送表；不写时只在“统计口径”“证据”附表里")
	f.StringVar(&o.empty, "empty", "", "本期确实没有评论，而程序没有做完的采集记录时：由谁、怎样核实")
	f.StringVar(&o.decided, "unfinished", "", "有导入没有做完、有批次没有写入数据库，仍要照现有的评论冻结：由谁决定、为什么")
	return cmd
}

func (p *program) runReportPlatform(ctx context.Context, o platformOptions) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	switch {
	case o.top < 0:
		return usage("--top 不能是负数")
	case o.decided != "" && !o.freeze:
		return usage("--unfinished 与 --freeze 一起用")
	case o.freeze:
		if err := p.app.Ended(period); err != nil { // before anything is mined
			return err
		}
	}
	r, err := p.platformRequest(ctx, period, o)
	if err != nil {
		return err
	}
	var (
		sheet   *report.Platform
		mined   app.Mined
		partial error
	)
	if o.version > 0 {
		sheet, err = p.frozenPlatform(ctx, period, r.Watch.Name, o.version)
	} else {
		partial, err = p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
			sheet, mined, err = p.draftPlatform(ctx, pipe, r, o)
			return err
		})
	}
	if err != nil {
		return err
	}
	sheet.Profile = report.Profile(o.page)
	files, unprinted, err := p.app.WriteForm(ctx, sheet, o.out, "platform-"+sheet.Period.String(), o.formats)
	if err != nil {
		return err
	}
	partial = errors.Join(partial, unprinted)
	if o.json {
		return errors.Join(p.platformJSON(sheet, mined, files), partial)
	}
	p.printPlatform(sheet, mined, files, o)
	return partial
}

// platformRequest is the sheet that the options ask for.
func (p *program) platformRequest(ctx context.Context, period chaping.Period, o platformOptions) (r app.SheetRequest, err error) {
	if len(o.keywords) > 0 { // those of a watch may be waiting for what they find
		s, err := p.app.Store(ctx)
		if err != nil {
			return r, err
		}
		if err := seenAll(ctx, s, "keyword", store.ByKeyword, o.keywords); err != nil {
			return r, err
		}
	}
	var watch chaping.Watch
	if o.watch != "" {
		if watch, err = app.LoadWatch(o.watch); err != nil {
			return r, err
		}
	}
	filed, err := o.filedOn()
	if err != nil {
		return r, err
	}
	return app.SheetRequest{
		Period: period,
		Watch: chaping.Watch{
			Name:     watch.Name,
			Keywords: slices.Concat(o.keywords, watch.Keywords),
			Terms:    slices.Concat(o.only, watch.Terms),
		},
		Min:      o.least,
		Top:      o.top,
		Zero:     o.zero,
		Station:  o.station,
		Filed:    filed,
		Verified: o.empty,
		Decided:  o.decided,
	}, nil
}

// draftPlatform mines the period where that is not done, makes the sheet and tells
// of what is to be looked at; it freezes the sheet if that was asked for.
func (p *program) draftPlatform(ctx context.Context, pipe *app.Pipeline, r app.SheetRequest, o platformOptions) (
	*report.Platform, app.Mined, error,
) {
	draft, err := p.app.Draft(ctx, pipe, r)
	if err != nil {
		return nil, app.Mined{}, err
	}
	if draft.Purged {
		return nil, draft.Mined, draft.Unproven
	}
	if _, err := p.raiseUrgent(ctx, pipe, r.Period); err != nil {
		return nil, draft.Mined, err
	}
	concerns, err := p.app.Concerns(ctx, draft.Sheet)
	if err != nil {
		return nil, draft.Mined, err
	}
	p.printConcerns(concerns)
	if o.freeze {
		err = p.freezePlatform(ctx, draft, r, o)
	}
	return draft.Sheet, draft.Mined, err
}

// platformJSON tells a program what became of a sheet.
func (p *program) platformJSON(sheet *report.Platform, mined app.Mined, files []string) error {
	summary := struct {
		app.Mined
		Rows    int      `json:"rows"`
		Version int      `json:"version,omitempty"`
		SHA256  string   `json:"sha256,omitempty"`
		Files   []string `json:"files"`
	}{mined, len(sheet.Rows), 0, "", files}
	if sheet.Frozen != nil {
		summary.Version, summary.SHA256 = sheet.Frozen.Version, sheet.Frozen.Hash
	}
	return p.printJSON(summary)
}

// printPlatform tells what became of a sheet, and what may be missing from it.
func (p *program) printPlatform(sheet *report.Platform, mined app.Mined, files []string, o platformOptions) {
	if o.version == 0 {
		p.printMined(mined)
	}
	fmt.Fprintf(p.out, "报送表 %d 行，证据 %d 条：\n", len(sheet.Rows), len(sheet.Evidence))
	p.printFiles(files)
	if n := len(sheet.Unlisted); n > 0 {
		fmt.Fprintf(p.out, "差评数为 0 的 %d 行没有列入，见“统计口径”附表；要列入，加 --zero。\n", n)
	}
	window := sheet.Period.Window()
	if f := sheet.Frozen; f != nil {
		fmt.Fprintf(p.out, "第 %d 版，%s 冻结，sha256 %s\n", f.Version, f.At.Format(chaping.Minute), f.Hash)
	} else if p.now().Before(window.To) {
		fmt.Fprintf(p.out, "注意：采集范围 %s 还没有结束，数字还会变化。\n", window.Chinese())
	}
	if mined.Reviews == 0 && o.version == 0 && sheet.Empty == "" {
		fmt.Fprintf(p.out, "注意：%s 内没有评论。请先采集（chaping collect）或导入（chaping import），或核对报送期。\n", window.Chinese())
	}
}

func (p *program) frozenPlatform(
	ctx context.Context,
	period chaping.Period,
	watch string,
	version int,
) (*report.Platform, error) {
	d, err := p.app.Station(ctx)
	if err != nil {
		return nil, err
	}
	s, err := d.Sheet(ctx, chaping.FormPlatform, period.String(), watch, version)
	if err != nil {
		return nil, err
	}
	return app.Thaw(s)
}

func (p *program) printConcerns(list []report.Concern) {
	for i, c := range list {
		if i == 0 {
			fmt.Fprintln(p.err, "冻结前请核对：")
		}
		fmt.Fprintln(p.err, "  "+c.String())
	}
}

func (p *program) freezePlatform(ctx context.Context, draft *app.Draft, r app.SheetRequest, o platformOptions) error {
	frozen, fresh, err := p.app.FreezeDraft(ctx, draft, r, o.by, o.reason)
	if err == nil && !fresh {
		fmt.Fprintf(p.err, "内容与第 %d 版相同，没有新建版本。\n", frozen.Version)
	}
	return err
}
