package main

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"chaping"
	"chaping/report"
)

const formatsHelp = "格式：xlsx、docx、pdf、html、json，可用逗号并列"

const pageHelp = "版心：wide（表宽 257 毫米）或 strict（GB/T 9704 版心横排，225 毫米）"

func checkPage(page string) error {
	if page != string(report.Wide) && page != string(report.Strict) {
		return usage("不支持的版心“%s”，可用 wide、strict", page)
	}
	return nil
}

// formOptions are the flags of both monthly sheets.
type formOptions struct {
	period  string
	formats []string
	page    string
	out     string
	station string
	filed   string
	terms   string
	freeze  bool
	reason  string
	by      string
	version int
	json    bool
}

func (o *formOptions) declare(f *pflag.FlagSet) {
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringSliceVar(&o.formats, "format", []string{"xlsx"}, formatsHelp)
	f.StringVar(&o.page, "page", string(report.Wide), pageHelp)
	f.StringVar(&o.out, "out", ".", "输出目录，不存在时创建")
	f.StringVar(&o.station, "station", "", "填报单位（监测站名）；不写保留表样中的占位文字")
	f.StringVar(&o.filed, "filed", "", "填报日期，例如 2026-11-25；不写为今天，即冻结的那一天")
	f.StringVar(&o.terms, "terms", "", "词表，须与挖掘时一致；不写用自带词库")
	f.BoolVar(&o.freeze, "freeze", false, "冻结为不可更改的版本")
	f.StringVar(&o.reason, "reason", "", "更正已冻结的报送表的原因")
	f.StringVar(&o.by, "by", operator(), "冻结人")
	f.IntVar(&o.version, "version", 0, "重新输出第几个冻结版本")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
}

func (o *formOptions) check() error {
	switch {
	case o.version < 0:
		return usage("--version 不能是负数")
	case o.version > 0 && (o.freeze || o.reason != ""):
		return usage("--version 用来重新输出，不能与 --freeze、--reason 同用")
	case o.reason != "" && !o.freeze:
		return usage("--reason 要与 --freeze 同用")
	}
	return errors.Join(checkFormats(o.formats), checkPage(o.page))
}

// filedOn is the day of filing that the person names; zero: none.
func (o *formOptions) filedOn() (t time.Time, err error) {
	if o.filed != "" {
		if t, err = time.ParseInLocation(time.DateOnly, o.filed, chaping.Shanghai()); err != nil {
			return t, usage("填报日期“%s”无法识别，应写成 2026-11-25", o.filed)
		}
	}
	return t, nil
}

func checkFormats(list []string) error {
	for _, f := range list {
		if !slices.Contains(report.Formats(), f) {
			return usage("不支持的格式“%s”，可用 %s", f, strings.Join(report.Formats(), "、"))
		}
	}
	return nil
}

// printFiles lists what was written.
func (p *program) printFiles(files []string) {
	for _, f := range files {
		fmt.Fprintf(p.out, "  %s\n", f)
	}
}
