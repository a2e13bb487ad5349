package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp/lexicon"
)

func (p *program) dictCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "dict", Short: "查看、检查、试用、比较词库，发现新词", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.dictListCommand(), p.dictCheckCommand(), p.dictTestCommand(), p.dictDiffCommand(), p.dictSuggestCommand(), p.dictCoverageCommand(), p.dictExportCommand(), p.dictImportCommand())
	for _, c := range cmd.Commands() {
		c.Flags().BoolP("help", "h", false, "查看帮助")
	}
	return cmd
}

// atMost refuses more than n arguments.
func atMost(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) > n {
			return usage("%s", what)
		}
		return nil
	}
}

// exactly refuses any other number of arguments than n.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(_ *cobra.Command, args []string) error {
		if len(args) != n {
			return usage("%s", what)
		}
		return nil
	}
}

func (p *program) dictListCommand() *cobra.Command {
	var field, terms string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "列出词条",
		Long:    "列出词库的词条、危害类别、严重程度和各种写法。严重程度按欧盟 RAPEX 指南分 1–4 级。",
		Example: "  chaping dict list --field 家用电器",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			source, err := p.usableSource(terms)
			if err != nil {
				return err
			}
			entries := source.Entries
			if field != "" {
				entries = slices.DeleteFunc(slices.Clone(entries), func(e lexicon.Entry) bool { return e.Field != field })
				if len(entries) == 0 {
					return &chaping.Error{Code: chaping.CodeInput, Message: "没有产品领域“" + field + "”", Remedy: "可用：" + strings.Join(fields(source.Entries), "、")}
				}
			}
			if asJSON {
				return p.printEntriesJSON(entries)
			}
			return p.printEntries(entries)
		},
	}
	cmd.Flags().StringVar(&field, "field", "", "只列一个产品领域")
	cmd.Flags().StringVar(&terms, "terms", "", "词库目录、YAML 文件或每行一词的文本文件；不写用自带词库")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

// usableSource opens a dictionary and refuses one with faults.
func (p *program) usableSource(path string) (*lexicon.Source, error) {
	source, err := lexicon.Open(path)
	if err != nil || len(source.Faults) == 0 {
		return source, err
	}
	for _, f := range source.Faults {
		fmt.Fprintln(p.err, f)
	}
	return nil, &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("词库有 %d 处错误", len(source.Faults)), Remedy: "按上面的说明改正"}
}

func fields(entries []lexicon.Entry) []string {
	var list []string
	for _, e := range entries {
		if e.Field != "" && !slices.Contains(list, e.Field) {
			list = append(list, e.Field)
		}
	}
	return list
}

func (p *program) printEntries(entries []lexicon.Entry) error {
	return p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "产品领域\t词条\t危害类别\t严重程度\t其他写法")
		forms := 0
		for _, e := range entries {
			severity := ""
			if e.Severity > 0 {
				severity = fmt.Sprint(e.Severity)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", e.Field, e.Name, cmp.Or(e.Hazard.Chinese(), string(e.Hazard)), severity, strings.Join(e.Surfaces, "、"))
			forms += 1 + len(e.Surfaces)
		}
		fmt.Fprintf(w, "共 %d 个词条，%d 种写法\n", len(entries), forms)
	})
}

// printTable aligns tab-separated columns. Chinese characters are two
// columns wide on a terminal; the columns come out straight for columns of
// equal script, and readable for others.
func (p *program) printTable(write func(io.Writer)) error {
	w := tabwriter.NewWriter(p.out, 0, 8, 2, ' ', 0)
	write(w)
	return w.Flush()
}

// printList prints what a command found: as JSON, which has an empty list for
// nothing; the sentence for nothing, if there is one; or a table.
func printList[T any](p *program, asJSON bool, list []T, nothing string, table func(io.Writer)) error {
	switch {
	case asJSON && list == nil:
		return p.printJSON([]T{})
	case asJSON:
		return p.printJSON(list)
	case len(list) == 0 && nothing != "":
		fmt.Fprintln(p.out, nothing)
		return nil
	}
	return p.printTable(table)
}

func (p *program) printEntriesJSON(entries []lexicon.Entry) error {
	type entry struct {
		Field    string           `json:"field"`
		Name     string           `json:"name"`
		Hazard   chaping.Hazard   `json:"hazard"`
		Severity chaping.Severity `json:"severity"`
		Surfaces []string         `json:"surfaces"`
		File     string           `json:"file"`
		Line     int              `json:"line"`
	}
	list := []entry{}
	for _, e := range entries {
		list = append(list, entry{Field: e.Field, Name: e.Name, Hazard: e.Hazard, Severity: e.Severity, Surfaces: append([]string{}, e.Surfaces...), File: e.File, Line: e.Line})
	}
	return p.printJSON(list)
}

func (p *program) dictCheckCommand() *cobra.Command {
	var all, asJSON bool
	cmd := &cobra.Command{
		Use: "check [词库]", Short: "检查词库的错误和隐患",
		Long: "检查词库目录、YAML 文件或每行一词的文本文件；不写则检查自带词库。\n" +
			"错误：重复、冲突、只有一个字、危害类别或严重程度不存在；有错误时退出码为 3。\n" +
			"警告：多半被更长的常用词盖住的写法、多余的写法、没有填危害类别的词条、会命中日常好评的写法和模式。\n" +
			"提示（加 --all 显示）：含有另一写法的写法、会算在别的词条下的模式。",
		Example: "  chaping dict check\n  chaping dict check 我的词库 --all",
		Args:    atMost(1, "一次只检查一个词库"),
		RunE: func(_ *cobra.Command, args []string) error {
			source, err := lexicon.Open(strings.Join(args, ""))
			if err != nil {
				return err
			}
			found, err := lexicon.Check(source)
			if err != nil {
				return err
			}
			var count [3]int
			for _, f := range found {
				count[f.Level]++
			}
			if !all {
				found = slices.DeleteFunc(found, func(f lexicon.Finding) bool { return f.Level == lexicon.Note })
			}
			if asJSON {
				err = p.printFindingsJSON(found)
			} else {
				for _, f := range found {
					fmt.Fprintf(p.out, "%s　%v\n", f.Level.Chinese(), f.Fault)
				}
				fmt.Fprintf(p.out, "词条 %d 个：错误 %d，警告 %d，提示 %d\n", len(source.Entries), count[lexicon.Err], count[lexicon.Warning], count[lexicon.Note])
			}
			if err == nil && count[lexicon.Err] > 0 {
				err = &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("词库有 %d 处错误，不能使用", count[lexicon.Err]), Remedy: "按上面的说明改正"}
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "也显示提示")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) printFindingsJSON(found []lexicon.Finding) error {
	type finding struct {
		Level   string `json:"level"`
		File    string `json:"file"`
		Line    int    `json:"line"`
		Field   string `json:"field"`
		Value   string `json:"value"`
		Problem string `json:"problem"`
		Remedy  string `json:"remedy"`
	}
	list := []finding{}
	for _, f := range found {
		level := map[lexicon.Level]string{lexicon.Err: "error", lexicon.Warning: "warning", lexicon.Note: "note"}[f.Level]
		list = append(list, finding{Level: level, File: f.Fault.File, Line: f.Fault.Line, Field: f.Fault.Field, Value: f.Fault.Value, Problem: f.Fault.Problem, Remedy: f.Fault.Remedy})
	}
	return p.printJSON(list)
}

func (p *program) dictTestCommand() *cobra.Command {
	var terms string
	var goods []string
	cmd := &cobra.Command{
		Use: "test 句子", Short: "逐步说明一句评论里每处命中为什么取、为什么不取",
		Example: "  chaping dict test \"没有异味，就是有点漏电\"",
		Args:    exactly(1, "请写一个句子，用引号括起来"),
		RunE: func(cmd *cobra.Command, args []string) error {
			miner, partial, err := p.miner(cmd.Context(), terms)
			if err != nil {
				return err
			}
			fmt.Fprint(p.out, miner.ExplainGoods(args[0], miner.GoodsOf(goods...)))
			return partial
		},
	}
	cmd.Flags().StringVar(&terms, "terms", "", "词库目录或每行一词的文本文件；不写用自带词库")
	cmd.Flags().StringSliceVar(&goods, "goods", nil, "是什么商品的评论：商品关键词或名称；不写为商品未知")
	return cmd
}
