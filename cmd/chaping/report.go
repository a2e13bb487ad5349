package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

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
			"评论或词库有变化时，先自动重新挖掘和计数。xlsx 另附“统计口径”“证据”两张工作表。",
		Example: "  chaping report platform --period 2026-11 --format xlsx,json --out 报送",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReportPlatform(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringSliceVar(&o.formats, "format", []string{"xlsx"}, "格式：xlsx、json，可用逗号并列")
	f.StringVar(&o.out, "out", ".", "输出目录，不存在时创建")
	f.StringVar(&o.station, "station", "", "填报单位（监测站名）；不写保留表样中的占位文字")
	f.StringVar(&o.filed, "filed", "", "填报日期，例如 2026-11-25；不写为今天")
	f.StringVar(&o.terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	f.StringSliceVar(&o.keywords, "keyword", nil, "只列这些商品关键词")
	f.StringSliceVar(&o.only, "term", nil, "只列这些评论关键词")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

func (p *program) runReportPlatform(ctx context.Context, o reportOptions) error {
	period, err := p.period(o.period)
	if err != nil {
		return err
	}
	for _, f := range o.formats {
		if !slices.Contains([]string{"xlsx", "json"}, f) {
			return usage("不支持的格式“%s”，可用 xlsx、json", f)
		}
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
			Keywords: o.keywords, Terms: o.only, Station: o.station, Filed: filed, Program: buildVersion(),
		})
		return err
	})
	if err != nil {
		return err
	}
	files, err := writeSheet(sheet, o.out, o.formats)
	if err != nil {
		return err
	}
	if o.json {
		err := p.printJSON(struct {
			pipeline.Mined
			Rows  int      `json:"rows"`
			Files []string `json:"files"`
		}{mined, len(sheet.Rows), files})
		return errors.Join(err, partial)
	}
	p.printMined(mined)
	fmt.Fprintf(p.out, "报送表 %d 行，证据 %d 条：\n  %s\n", len(sheet.Rows), len(sheet.Evidence), strings.Join(files, "\n  "))
	if mined.Reviews == 0 {
		fmt.Fprintf(p.out, "注意：%s 内没有评论。请先采集（chaping collect）或导入（chaping import），或核对报送期。\n", period.Window().Chinese())
	}
	return partial
}

// writeSheet writes the sheet in every format and returns the files' names.
func writeSheet(sheet *report.Platform, dir string, formats []string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "建不了输出目录", Err: err, Remedy: "用 --out 换一个可写的目录"}
	}
	var files []string
	var g errgroup.Group
	for _, f := range formats {
		path := filepath.Join(dir, "platform-"+sheet.Period.String()+"."+f)
		write := sheet.WriteXLSX
		if f == "json" {
			write = sheet.WriteJSON
		}
		g.Go(func() error { return write(path) })
		files = append(files, path)
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return files, nil
}
