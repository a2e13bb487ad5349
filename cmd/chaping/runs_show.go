package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/importer"
	"chaping/store"
)

func (p *program) runsShowCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "show 运行编号", Short: "查看一次运行的记录；导入的有质量报告",
		Long: "导入的质量报告：采用、拒收、合并的行数和例子，评分分布和文本模型的看法，逐日条数，缺信息的商品，对不上商品表的行，重复的内容。\n" +
			"运行编号见 chaping runs。",
		Example: "  chaping runs show import-20261126T040000.000000000",
		Args:    exactly(1, "请写一个运行编号，见 chaping runs"),
		RunE: func(cmd *cobra.Command, args []string) error {
			d, err := p.app.RunDetail(cmd.Context(), args[0])
			switch {
			case err != nil:
				return err
			case asJSON:
				return p.printJSON(d)
			}
			return p.printRunDetail(&d)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) importUndoCommand() *cobra.Command {
	return &cobra.Command{
		Use: "undo 运行编号", Short: "撤销一次导入：恰好收回它带来的评论和商品信息",
		Long: "收回一次导入带来的评论和商品信息。以后别的导入又带来的评论保留，以后来的为准；被它替换的评论恢复成原来的样子。\n" +
			"已冻结的报送表不变。中断了再运行一次即可。运行编号见 chaping runs --stage import。",
		Example: "  chaping import undo import-20261126T040000.000000000",
		Args:    exactly(1, "请写一个运行编号，见 chaping runs"),
		RunE: func(cmd *cobra.Command, args []string) error {
			u, err := p.app.UndoImport(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			p.printUndone(&u)
			return nil
		},
	}
}

// takenBack says what came back; a table of products brought no reviews.
func takenBack(u *store.Undone) string {
	listings := fmt.Sprintf("收回商品信息 %d 条", u.Listings)
	if u.Reviews == 0 && u.Listings > 0 {
		return listings
	}
	return fmt.Sprintf("收回评论 %d 条，其中 %d 条恢复成原来的样子；%s", u.Reviews, u.Restored, listings)
}

func (p *program) printUndone(u *store.Undone) {
	fmt.Fprintln(p.out, "已撤销："+takenBack(u))
	if len(u.Periods) > 0 {
		var periods []string
		for _, period := range u.Periods {
			periods = append(periods, period.String())
		}
		fmt.Fprintf(p.out, "报送期 %s 的命中和计数已作废，请重新挖掘：chaping mine --period %s\n", strings.Join(periods, "、"), periods[len(periods)-1])
	}
}

func (p *program) printRunDetail(d *app.RunDetail) error {
	r := &d.Run
	fmt.Fprintf(p.out, "%s  %s  %s\n  %s\n", r.Started.In(chaping.Shanghai()).Format(time.DateTime), r.Stage, r.ID, runState(r))
	if u := d.Undone; u != nil && !d.Until.IsZero() {
		fmt.Fprintf(p.out, "已在 %s 撤销：%s\n", d.Until.In(chaping.Shanghai()).Format(chaping.Minute), takenBack(u))
	} else if u != nil {
		fmt.Fprintf(p.out, "撤销没有做完，再运行一次：chaping import undo %s\n", r.ID)
	}
	if d.Import == nil {
		printCounts(p.out, r.Counts)
		return nil
	}
	p.printImport(*d.Import)
	return p.printQuality(&d.Import.Summary)
}

// printQuality prints what the summary of an import does not.
func (p *program) printQuality(s *importer.Summary) error {
	reasons := slices.SortedFunc(maps.Keys(s.Examples), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Reasons[b], s.Reasons[a]), cmp.Compare(a, b))
	})
	for _, reason := range reasons {
		for _, e := range s.Examples[reason] {
			fmt.Fprintf(p.out, "  例：%s 第 %d 行“%s”，%s。处理办法：%s\n", e.File, e.Line, e.Value, reason, e.Remedy)
		}
	}
	if s.Merged > 0 {
		fmt.Fprintf(p.out, "  与前面相同而合并的 %d 行\n", s.Merged)
		for _, e := range s.Alike {
			fmt.Fprintf(p.out, "    第 %d 行 %s %s\n", e.Line, e.Value, e.Text)
		}
	}
	if s.NoFacts > 0 {
		fmt.Fprintf(p.out, "  没有店铺、区域、价格和地址的商品 %d 件\n", s.NoFacts)
	}
	for _, t := range s.Repeats {
		fmt.Fprintf(p.out, "  至少 %d 行的内容都是：%s\n", t.Rows, t.Text)
	}
	if o, ok := s.Opinion(); ok {
		fmt.Fprintf(p.out, "  文本模型：低分的评论里 %.0f%% 像抱怨，高分的 %.0f%%\n", 100*o.Low, 100*o.High)
		if o.Reversed {
			fmt.Fprintln(p.out, "  注意：评分可能是反的（1 最好）。撤销这次导入，加 --reversed 重新导入")
		}
	}
	if len(s.Ratings) > 0 {
		if err := p.printTable(func(w io.Writer) {
			fmt.Fprintln(w, "  评分\t评级\t行数\t模型读过\t其中像抱怨")
			for _, c := range s.Ratings {
				fmt.Fprintf(w, "  %s\t%s\t%d\t%d\t%d\n", cmp.Or(c.Rating, "没有"), gradeName(c.Grade), c.Rows, c.Read, c.Negative)
			}
		}); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(s.Days)) {
		fmt.Fprintf(p.out, "  %s %d\n", day, s.Days[day])
	}
	return nil
}

func gradeName(grade string) string {
	for _, g := range []chaping.Grade{chaping.Negative, chaping.Neutral, chaping.Positive} {
		if g.String() == grade {
			return g.Chinese()
		}
	}
	return "未评级"
}
