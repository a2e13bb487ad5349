package main

import (
	"chaping/report"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"chaping/nlp/lexicon"
)

func (p *program) dictExportCommand() *cobra.Command {
	var terms string
	cmd := &cobra.Command{
		Use: "export 文件.xlsx", Short: "把词库导出为工作簿，便于在 Excel 或 WPS 里修改",
		Example: "  chaping dict export 词库.xlsx",
		Args:    exactly(1, "请写一个文件名，例如 词库.xlsx"),
		RunE: func(_ *cobra.Command, args []string) error {
			if !strings.HasSuffix(args[0], ".xlsx") {
				return usage("“%s”不是 .xlsx 文件名", args[0])
			}
			source, err := p.usableSource(terms)
			if err != nil {
				return err
			}
			if source.Plain {
				return usage("每行一词的文本文件没有产品领域和文件，不能导出")
			}
			err = report.WriteFile(args[0], func(w io.Writer) error { return lexicon.WriteXLSX(w, source.Entries) })
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "已导出 %d 个词条：%s\n", len(source.Entries), args[0])
			return nil
		},
	}
	cmd.Flags().StringVar(&terms, "terms", "", "词库目录或 YAML 文件；不写用自带词库")
	return cmd
}

func (p *program) dictImportCommand() *cobra.Command {
	var out string
	cmd := &cobra.Command{
		Use: "import 文件.xlsx --out 目录", Short: "把改好的工作簿写成词库目录",
		Long: "读取 dict export 导出后修改的工作簿，检查后写成一组 YAML 文件；有错误时什么也不写。\n" +
			"写好的目录可以用 --terms 交给 mine、report 等命令，或用 dict diff 与旧词库比较。YAML 文件里原有的注释不会保留。",
		Example: "  chaping dict import 词库.xlsx --out 新词库\n  chaping dict diff 旧词库 新词库 --period 2026-11",
		Args:    exactly(1, "请写一个工作簿"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if out == "" {
				return usage("请用 --out 写出词库目录")
			}
			entries, err := lexicon.ReadXLSX(cmd.Context(), args[0])
			if err != nil {
				return err
			}
			files, err := lexicon.WriteYAML(out, args[0], entries)
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "已写入 %d 个词条，%d 个文件：%s\n", len(entries), len(files), out)
			return nil
		},
	}
	cmd.Flags().StringVar(&out, "out", "", "词库目录，须不存在或为空")
	return cmd
}
