package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"chaping"
	"chaping/report"
	"chaping/station"
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

// stationName is the name that --station gives, else that of the installation's
// own station; "" where there is none.
func stationName(ctx context.Context, d *station.DB, given string) (string, error) {
	if given != "" {
		return given, nil
	}
	home, _, err := d.Home(ctx)
	return home.Name, err
}

// lastFrozen is the JSON of the version of a sheet that was frozen last; nil
// where there is none.
func lastFrozen(ctx context.Context, d *station.DB, form, period string, of int64, watch string) ([]byte, error) {
	sheets, err := d.Sheets(ctx, form, period) // newest first
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(sheets, func(s station.Sheet) bool { return s.Station == of && s.Watch() == watch })
	if i < 0 {
		return nil, nil
	}
	if of != 0 {
		s, err := d.SheetOf(ctx, form, period, of, sheets[i].Version)
		return s.Model, err
	}
	s, err := d.Sheet(ctx, form, period, watch, sheets[i].Version)
	return s.Model, err
}

// form is the model of any report form.
type form interface {
	Document() *report.Document
	WriteJSON(path string) error
}

func checkFormats(list []string) error {
	for _, f := range list {
		if !slices.Contains(report.Formats(), f) {
			return usage("不支持的格式“%s”，可用 %s", f, strings.Join(report.Formats(), "、"))
		}
	}
	return nil
}

// writeForm writes the form in every format and returns the files' names. Where
// no PDF can be made, the other formats are written all the same, and partial
// says what is missing.
func (p *program) writeForm(ctx context.Context, f form, dir, stem string, formats []string) (files []string, partial, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "建不了输出目录", Err: err, Remedy: "用 --out 换一个可写的目录"}
	}
	d := f.Document()
	for _, format := range formats {
		path := filepath.Join(dir, stem+"."+format)
		if format == "json" {
			err = f.WriteJSON(path)
		} else {
			err = d.Write(ctx, format, path, p.printer.print)
		}
		var known *chaping.Error
		if format == "pdf" && errors.As(err, &known) && known.Code == chaping.CodeEnvironment && ctx.Err() == nil {
			partial = &chaping.Error{Code: chaping.CodePartial, Message: known.Message, Err: known.Err, Remedy: known.Remedy}
			continue
		}
		if err != nil {
			return files, partial, err
		}
		files = append(files, path)
	}
	return files, partial, nil
}

// A printer starts a browser when the first PDF is asked for, and keeps it
// until it is closed: it outlives what asks for it. It is safe for concurrent
// use.
type printer struct {
	mu      sync.Mutex
	browser *report.Browser
}

func (b *printer) print(ctx context.Context, d *report.Document, path string) error {
	browser, err := b.open(ctx)
	if err != nil {
		return err
	}
	return browser.WritePDF(ctx, d, path)
}

func (b *printer) open(ctx context.Context) (*report.Browser, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.browser == nil {
		browser, err := report.OpenBrowser(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		b.browser = browser
	}
	return b.browser, nil
}

func (b *printer) close() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.browser != nil {
		b.browser.Close()
		b.browser = nil
	}
}

// printFiles lists what was written.
func (p *program) printFiles(files []string) {
	for _, f := range files {
		fmt.Fprintf(p.out, "  %s\n", f)
	}
}

// fileName is a name without what file systems refuse, at most 60 characters.
func fileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, string([]rune(s)[:min(60, len([]rune(s)))]))
}
