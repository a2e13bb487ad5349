package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/importer"
	"chaping/ingest"
	"chaping/report"
)

// read is what the flags say of the file.
func (o *importOptions) read() (r app.Reading, err error) {
	r = o.reading
	r.Map = map[string]string{}
	for field, column := range o.reading.Map {
		name := importer.FieldNamed(field)
		if name == "" {
			var titles []string
			for _, f := range importer.Fields() {
				titles = append(titles, f.Title)
			}
			return r, usage("--map 没有字段“%s”，可用 %s", field, strings.Join(titles, "、"))
		}
		r.Map[name] = column
	}
	switch o.dayOrder {
	case "":
	case "day-first":
		r.DayOrder = ingest.DayFirst
	case "month-first":
		r.DayOrder = ingest.MonthFirst
	case "year-first":
		r.DayOrder = ingest.YearFirst
	default:
		return r, usage("--day-order 只能是 day-first、month-first、year-first")
	}
	if o.exportedAt != "" {
		for _, layout := range []string{chaping.Minute, time.DateOnly} {
			if r.ExportedAt, err = time.ParseInLocation(layout, o.exportedAt, chaping.Shanghai()); err == nil {
				break
			}
		}
		if err != nil {
			return r, usage("--exported-at 写成 2026-11-25 10:00")
		}
	}
	return r, nil
}

func (p *program) writeTemplate(path string) error {
	if err := report.WriteFile(path, importer.WriteTemplate); err != nil {
		return err
	}
	fmt.Fprintf(p.out, "表样：%s\n", path)
	return nil
}

// inspect shows what the columns of files are, and keeps it where that is asked
// for.
func (p *program) inspect(ctx context.Context, r app.ImportRequest, o importOptions, files []string) error {
	var list []importer.Understanding
	for _, file := range files {
		r.File = file
		u, err := p.app.Inspect(ctx, r)
		if err != nil {
			return err
		}
		if o.saveAs != "" {
			// A template is used without asking: what is open would stay so for good.
			open := slices.IndexFunc(u.Questions, func(q importer.Question) bool { return q.Blocks })
			if open >= 0 {
				return &chaping.Error{
					Code:    chaping.CodeInput,
					Message: "模板“" + o.saveAs + "”没有存：" + u.Questions[open].Text,
					Remedy:  "先加 --dry-run（不写 --save-as）看怎样回答，带着回答再存；不用这一列的写 --map 字段=",
				}
			}
			if err := p.app.SaveImportProfile(o.saveAs, &u); err != nil {
				return err
			}
			fmt.Fprintf(p.err, "已存为模板“%s”，以后同样的列自动使用\n", o.saveAs)
		}
		list = append(list, u)
	}
	switch {
	case !o.dryRun:
		return nil
	case o.json:
		return p.printJSON(list)
	}
	for i := range list {
		if err := p.printUnderstanding(&list[i]); err != nil {
			return err
		}
	}
	return nil
}

func (p *program) printUnderstanding(u *importer.Understanding) error {
	fmt.Fprintf(
		p.out,
		"%s：%s%s，看了 %d 行",
		u.File,
		u.Format,
		map[bool]string{true: "，字符集 " + u.Charset}[u.Charset != ""],
		u.Rows,
	)
	if u.HeaderRow > 0 {
		fmt.Fprintf(p.out, "，表头在第 %d 行", u.HeaderRow)
	}
	fmt.Fprintln(p.out)
	for _, t := range u.Tables {
		if t.Skipped != "" {
			fmt.Fprintf(p.out, "  没有读“%s”：%s\n", t.Name, t.Skipped)
		} else if t.Hidden {
			fmt.Fprintf(p.out, "  工作表“%s”是隐藏的，也会读\n", t.Name)
		}
	}
	err := p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "列\t字段\t依据\t有值\t读得懂\t例子")
		for _, c := range u.Columns {
			fmt.Fprintf(
				w,
				"%s\t%s\t%s\t%d\t%s\t%s\n",
				chaping.Shorten(c.Name, 24),
				cmp.Or(importer.TitleOf(c.Field), "没有用到"),
				confidence(c),
				c.Filled,
				parsed(c),
				chaping.Shorten(strings.Join(c.Samples, " | "), 50),
			)
		}
	})
	if u.Scale > 0 && u.Scale != 5 {
		fmt.Fprintf(p.out, "评分的满分：%g\n", u.Scale)
	}
	for _, q := range u.Questions {
		mark := "请核对"
		if q.Blocks {
			mark = "须回答"
		}
		fmt.Fprintf(p.out, "%s：%s 不回答时：%s\n", mark, q.Text, q.Assumed)
	}
	return err
}

// confidence words how a column was recognised.
func confidence(c importer.Column) string {
	if c.Field == "" {
		return cmp.Or(c.Fault, map[bool]string{true: "像" + c.Looks}[c.Looks != ""], "—")
	}
	return map[importer.Confidence]string{importer.ByPerson: "指定", importer.ByName: "列名", importer.Likely: "列名相近", importer.ByValues: "看内容"}[c.Confidence]
}

func parsed(c importer.Column) string {
	if c.Field == "" {
		return "—"
	}
	return fmt.Sprint(c.Parsed)
}
