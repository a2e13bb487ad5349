package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/report"
)

func (p *program) reviewExportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export 文件.jsonl", Short: "导出全部复核决定和评论正文，一行一个 JSON",
		Long: "格式与标注文件相同（keyword、text、assertion、category），另有评论的出处、原因、说明、复核人，可以再导入。\n" +
			"正文是入库时已隐去个人信息的正文。",
		Example: "  chaping review export 决定.jsonl", Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return p.runReviewExport(cmd.Context(), args[0]) },
	}
}

func (p *program) runReviewExport(ctx context.Context, path string) error {
	var out app.DecisionsExported
	err := report.WriteFile(path, func(w io.Writer) (err error) {
		out, err = p.app.ExportDecisions(ctx, w)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "%d 个复核决定写入 %s\n", out.Decisions, path)
	if out.Gone > 0 {
		fmt.Fprintf(p.out, "另有 %d 个的评论已不在库里，没有写出\n", out.Gone)
	}
	return nil
}

func (p *program) reviewImportCommand() *cobra.Command {
	var by string
	var asJSON bool
	cmd := &cobra.Command{
		Use: "import 文件.jsonl", Short: "导入复核决定",
		Long: "每行要写明评论（platform、product、review）、keyword 和 assertion；affirmed 为确认，其他为排除。\n" +
			"本站已经复核过的不改；与本站相反的、词库里没有的词、不在库里的评论逐一说明。",
		Example: "  chaping review import 决定.jsonl --by 李四", Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runReviewImport(cmd.Context(), args[0], by, asJSON)
		},
	}
	cmd.Flags().StringVar(&by, "by", operator(), "没有写明复核人的，记为谁")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runReviewImport(ctx context.Context, path, by string, asJSON bool) error {
	f, err := os.Open(path)
	if err != nil {
		return &chaping.Error{Code: chaping.CodeInput, Message: "打不开文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	out, err := p.app.ImportDecisions(ctx, path, f, by)
	if err != nil {
		return err
	}
	for _, r := range out.Refused {
		p.warn(r)
	}
	var partial error
	if len(out.Refused) > 0 {
		partial = &chaping.Error{
			Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已处理", len(out.Refused)), Remedy: "按上面的说明改正后再导入",
		}
	}
	if asJSON {
		return errors.Join(p.printJSON(out), partial)
	}
	fmt.Fprintf(p.out, "导入 %d 个复核决定；已有同样决定的 %d 个\n", out.Stored, out.Known)
	for _, c := range out.Contra {
		fmt.Fprintln(p.out, "  与本站相反，没有导入："+c)
	}
	if len(out.Unknown) > 0 {
		fmt.Fprintf(p.out, "  词库里没有的评论关键词（决定已存）：%s\n", strings.Join(out.Unknown, "、"))
	}
	if out.Gone > 0 {
		fmt.Fprintf(p.out, "  不在库里的评论 %d 条（决定已存，评论入库后生效）\n", out.Gone)
	}
	return partial
}
