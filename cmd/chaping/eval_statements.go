package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp"
)

func (p *program) evalStatementsCommand() *cobra.Command {
	var asJSON bool
	var terms string
	var show int
	cmd := &cobra.Command{
		Use: "statements 文件.jsonl", Short: "检验整条链路：评论里说出的问题找到了多少，找到的有多少是对的",
		Long: "每行一个 {\"field\",\"product\",\"good\",\"text\",\"statements\":[{\"start\",\"end\",\"class\"}]}。\n" +
			"start、end 按字计（去掉首尾空白后，从 0 起，不含 end）；class 为 safety（安全）、quality（质量）或 vague（未说明是什么问题）；\n" +
			"product 是商品名称或产品关键词，good 表示好评，都可以不写。\n" +
			"某处问题与一个成立的命中重叠，或在同一小句内相距不超过 4 个字，即为找到；\n" +
			"成立的命中若不与任何问题重叠，4 个字内也没有，即为误报。",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return &chaping.Error{Code: chaping.CodeInput, Message: "打不开标注文件", Err: err, Remedy: "检查路径和读取权限"}
			}
			defer f.Close()
			reviews, err := nlp.ReadStatements(args[0], f)
			if err != nil {
				return err
			}
			miner, partial, err := p.miner(cmd.Context(), terms)
			if err != nil {
				return err
			}
			e := nlp.EvalStatements(miner, reviews)
			if asJSON {
				err = p.printStatementsJSON(e)
			} else {
				err = p.printStatements(e, show)
			}
			if err != nil {
				return err
			}
			return partial
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出，含全部漏报和误报")
	cmd.Flags().StringVar(&terms, "terms", "", "词库目录或每行一词的文本文件；不写用自带词库")
	cmd.Flags().IntVar(&show, "wrong", 20, "漏报和误报各显示多少个")
	return cmd
}

func (p *program) printStatements(e *nlp.StatementEval, show int) error {
	err := p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "领域\t评论\t安全问题找到\t质量问题找到\t笼统说法找到\t有问题的评论找到\t命中正确\t误报的好评")
		for _, f := range append(e.Fields, e.Total) {
			fmt.Fprintf(w, "%s\t%d", f.Field, f.Reviews)
			for _, s := range []nlp.Share{f.Safety, f.Quality, f.Vague, f.Problem, f.Precision, f.FalseAlarms} {
				fmt.Fprintf(w, "\t%.3f（%d/%d）", s.Ratio(), s.Found, s.Of)
			}
			fmt.Fprintln(w)
		}
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.out, "挖掘版本 %s；漏报 %d，误报 %d\n", e.Version, len(e.Misses), len(e.Wrong))
	for i, m := range e.Misses {
		if i == show {
			fmt.Fprintf(p.out, "……另有 %d 个漏报，用 --wrong 或 --json 查看\n", len(e.Misses)-show)
			break
		}
		why := "没有词条"
		if m.Refused != nil {
			why = fmt.Sprintf("词条“%s”判为%s（%s）", m.Refused.Term, m.Refused.Assertion.Chinese(), cue(m.Refused))
		}
		fmt.Fprintf(p.out, "漏报　第 %d 行“%s”：%s %s\n", m.Line, m.Words, why, chaping.Shorten(m.Text, 80))
	}
	for i, m := range e.Wrong {
		if i == show {
			fmt.Fprintf(p.out, "……另有 %d 个误报，用 --wrong 或 --json 查看\n", len(e.Wrong)-show)
			break
		}
		fmt.Fprintf(p.out, "误报　第 %d 行“%s”（词条 %s） %s\n", m.Line, m.Mention.Surface, m.Mention.Term, chaping.Shorten(m.Text, 80))
	}
	return nil
}

func (p *program) printStatementsJSON(e *nlp.StatementEval) error {
	type miss struct {
		Line    int                `json:"line"`
		Field   string             `json:"field"`
		Words   string             `json:"words"`
		Class   nlp.StatementClass `json:"class"`
		Refused *chaping.Mention   `json:"refused,omitempty"`
		Text    string             `json:"text"`
	}
	type wrong struct {
		Line    int             `json:"line"`
		Field   string          `json:"field"`
		Mention chaping.Mention `json:"mention"`
		Text    string          `json:"text"`
	}
	misses, wrongs := []miss{}, []wrong{}
	for _, m := range e.Misses {
		misses = append(misses, miss{Line: m.Line, Field: m.Field, Words: m.Words, Class: m.Statement.Class, Refused: m.Refused, Text: m.Text})
	}
	for _, m := range e.Wrong {
		wrongs = append(wrongs, wrong{Line: m.Line, Field: m.Field, Mention: m.Mention, Text: m.Text})
	}
	return p.printJSON(struct {
		Version string          `json:"version"`
		Total   nlp.FieldEval   `json:"total"`
		Fields  []nlp.FieldEval `json:"fields"`
		Misses  []miss          `json:"misses"`
		Wrong   []wrong         `json:"wrong"`
	}{e.Version, e.Total, e.Fields, misses, wrongs})
}
