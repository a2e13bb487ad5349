package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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
			err = d.Write(ctx, format, path, p.writePDF)
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

// writePDF prints with the program's browser, which is started at the first
// call; see closeBrowser.
func (p *program) writePDF(ctx context.Context, d *report.Document, path string) error {
	if p.browser == nil {
		b, err := report.OpenBrowser(ctx)
		if err != nil {
			return err
		}
		p.browser = b
	}
	return p.browser.WritePDF(ctx, d, path)
}

func (p *program) closeBrowser() {
	if p.browser != nil {
		p.browser.Close()
		p.browser = nil
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
