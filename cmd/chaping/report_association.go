package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/station"
)

type associationOptions struct {
	formOptions
	filler  string
	phone   string
	from    string
	draft   bool
	merge   bool
	earlier int
	top     int
}

func (p *program) reportAssociationCommand() *cobra.Command {
	var o associationOptions
	cmd := &cobra.Command{
		Use: "association", Short: "生成行业组织、检验检测机构报送表",
		Long: "生成一个报送期的《上海市产品质量安全风险信息报送表（行业组织、检验检测机构）》。内容来自：\n" +
			"  已提交的报送表    chaping report import 读入的条目\n" +
			"  --draft           由评论统计起草的条目，标明〔草稿〕，须经人工核实、修改\n" +
			"  --from 文件.json  人工修改过的 json（先用 --format json 输出，改好再读入）\n" +
			"同一产品、同一危害的条目合并成一行。每一条都带信息类别和危及对象，写在“分类与依据”附表。",
		Example: "  chaping report association --period 2026-11 --draft --format json,docx --out 报送\n" +
			"  chaping report association --from 报送/association-2026-11.json --format xlsx,docx,pdf --out 报送 --freeze",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runReportAssociation(cmd.Context(), o) },
	}
	f := cmd.Flags()
	o.declare(f)
	f.StringVar(&o.filler, "filler", "", "填报人")
	f.StringVar(&o.phone, "phone", "", "联系电话")
	f.StringVar(&o.from, "from", "", "读入修改过的 json，不再从数据生成")
	f.BoolVar(&o.draft, "draft", false, "加入由评论统计起草的条目")
	f.BoolVar(&o.merge, "merge", true, "合并同一产品、同一危害的条目")
	f.IntVar(&o.earlier, "baseline", 3, "草稿与此前多少个报送期比较")
	f.IntVar(&o.top, "top", 10, "最多起草多少条，按线索优先级")
	return cmd
}

func (p *program) runReportAssociation(ctx context.Context, o associationOptions) error {
	if err := o.check(); err != nil {
		return err
	}
	switch {
	case o.top < 0 || o.earlier < 0 || o.earlier > 36:
		return usage("--top 不能是负数，--baseline 应在 0–36 之间")
	case o.from != "" && (o.draft || o.version > 0):
		return usage("--from 不能与 --draft、--version 同用")
	}
	sheet, partial, err := p.association(ctx, o)
	if err != nil {
		return err
	}
	if o.freeze {
		if err := p.freezeAssociation(ctx, sheet, o); err != nil {
			return err
		}
	}
	sheet.Profile = report.Profile(o.page)
	files, unprinted, err := p.app.WriteForm(ctx, sheet, o.out, "association-"+sheet.Period.String(), o.formats)
	if err != nil {
		return err
	}
	partial = errors.Join(partial, unprinted)
	drafts := 0
	for _, e := range sheet.Entries {
		if e.Draft {
			drafts++
		}
	}
	if o.json {
		return errors.Join(p.printJSON(struct {
			Period  string   `json:"period"`
			Entries int      `json:"entries"`
			Drafts  int      `json:"drafts"`
			Files   []string `json:"files"`
		}{sheet.Period.String(), len(sheet.Entries), drafts, files}), partial)
	}
	fmt.Fprintf(p.out, "报送表 %d 条，其中草稿 %d 条：\n", len(sheet.Entries), drafts)
	p.printFiles(files)
	if drafts > 0 {
		fmt.Fprintln(p.out, "草稿须经人工核实、修改：改 json 里的文字，把 draft 改为 false，再用 --from 读入。")
	}
	return partial
}

// association is the sheet from where the options say.
func (p *program) association(
	ctx context.Context,
	o associationOptions,
) (sheet *report.Association, partial, err error) {
	if o.from != "" {
		data, err := os.ReadFile(o.from)
		if err != nil {
			return nil, nil, &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "打不开 --from 的文件",
				Err:     err,
				Remedy:  "检查路径",
			}
		}
		if sheet, err = report.ReadAssociation(data); err != nil {
			return nil, nil, &chaping.InputError{
				File:    o.from,
				Problem: "读不懂：" + err.Error(),
				Remedy:  "对照 chaping report association --format json 的输出改正",
			}
		}
		return sheet, nil, p.complete(sheet, o)
	}
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return nil, nil, err
	}
	if o.version > 0 {
		return sheet, nil, p.withStation(ctx, func(d *station.DB) error {
			of, err := filledBy(o.station, func(name string) (station.Station, error) { return d.Named(ctx, name) })
			if err != nil {
				return err
			}
			s, err := d.SheetOf(ctx, chaping.FormAssociation, period.String(), of, o.version)
			if err == nil {
				sheet, err = report.ReadAssociation(s.Model)
			}
			return err
		})
	}
	r := app.AssociationRequest{Period: period, Merge: o.merge, Earlier: o.earlier, Top: o.top}
	if o.draft {
		partial, err = p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) (err error) {
			sheet, err = p.app.Association(ctx, pipe, r)
			return err
		})
	} else {
		sheet, err = p.app.Association(ctx, nil, r)
	}
	if err != nil {
		return nil, nil, err
	}
	return sheet, partial, p.complete(sheet, o)
}

// complete fills in the head and the foot of the form, and what a rule has to
// say about entries that nobody classified.
func (p *program) complete(sheet *report.Association, o associationOptions) error {
	for i := range sheet.Entries {
		sheet.Entries[i].Classify()
	}
	for _, f := range []struct {
		to   *string
		from string
	}{{&sheet.Station, o.station}, {&sheet.Filler, o.filler}, {&sheet.Phone, o.phone}} {
		if f.from != "" {
			*f.to = f.from
		}
	}
	filed, err := o.filedOn()
	if err != nil || o.filed == "" && !sheet.Filed.IsZero() {
		return err // as the file has it, until it is frozen
	}
	return sheet.File(filed, p.now(), nil)
}

func (p *program) freezeAssociation(ctx context.Context, sheet *report.Association, o associationOptions) error {
	filed, err := o.filedOn()
	if err != nil {
		return err
	}
	return p.withStation(ctx, func(d *station.DB) error {
		of, err := filledBy(sheet.Station, func(name string) (station.Station, error) { return d.Sender(ctx, name) })
		if err != nil {
			return err
		}
		s := station.Sheet{Station: of, By: o.by, Reason: o.reason}
		frozen, _, err := p.app.FreezeAssociation(ctx, sheet, s, filed)
		if err == nil {
			fmt.Fprintf(p.err, "第 %d 版，sha256 %s\n", frozen.Version, frozen.Hash)
		}
		return err
	})
}

// filledBy is the id of the station whose name stands on a sheet; 0 for a sheet
// that has none.
func filledBy(name string, find func(name string) (station.Station, error)) (int64, error) {
	if name == "" {
		return 0, nil
	}
	s, err := find(name)
	return s.ID, err
}
