package main

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp"
)

func (p *program) evalCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "eval", Short: "在人工标注的数据上检验挖掘、词库和文本模型的准确度", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.evalMentionsCommand(), p.evalPolarityCommand(), p.evalStatementsCommand())
	return cmd
}

func (p *program) evalMentionsCommand() *cobra.Command {
	var asJSON bool
	var wrong int
	cmd := &cobra.Command{
		Use: "mentions 文件.jsonl", Short: "检验“是否成立”的判断：准确率、召回率、判错的例子",
		Long: "每行一个 {\"text\",\"keyword\",\"assertion\"}，assertion 为 affirmed、negated、hypothetical 或 other。\n" +
			"程序认为该词在评论中有一处成立，即判为成立。",
		Args: oneFile,
		RunE: func(_ *cobra.Command, args []string) error {
			f, err := os.Open(args[0])
			if err != nil {
				return &chaping.Error{Code: chaping.CodeInput, Message: "打不开标注文件", Err: err, Remedy: "检查路径和读取权限"}
			}
			defer f.Close()
			e, err := nlp.EvalMentions(args[0], f)
			if err != nil {
				return err
			}
			if asJSON {
				return p.printEvalJSON(e)
			}
			p.printEval(e, wrong)
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出，含全部判错的例子")
	cmd.Flags().IntVar(&wrong, "wrong", 20, "显示多少个判错的例子")
	return cmd
}

func (p *program) printEval(e *nlp.MentionEval, wrong int) {
	fmt.Fprintf(p.out, "标注 %d 对；判“成立”：准确率 %.4f，召回率 %.4f，F1 %.4f；四类准确率 %.4f（挖掘版本 %s）\n", e.Pairs, e.Precision, e.Recall, e.F1, e.Accuracy, e.Version)
	fmt.Fprint(p.out, "行为标注，列为判断：")
	for _, s := range nlp.Statuses() {
		fmt.Fprintf(p.out, "\t%s", s.Chinese())
	}
	fmt.Fprintln(p.out)
	for i, s := range nlp.Statuses() {
		fmt.Fprint(p.out, s.Chinese())
		for _, n := range e.Confusion[i] {
			fmt.Fprintf(p.out, "\t%d", n)
		}
		fmt.Fprintln(p.out)
	}
	for i, w := range e.Wrong {
		if i == wrong {
			fmt.Fprintf(p.out, "……另有 %d 个判错的例子，用 --wrong 或 --json 查看\n", len(e.Wrong)-wrong)
			break
		}
		fmt.Fprintf(p.out, "第 %d 行“%s”：标注%s，判断%s（%s） %s\n", w.Line, w.Keyword, w.Assertion.Chinese(), w.Got.Chinese(), cue(w.Mention), chaping.Shorten(w.Text, 120))
	}
}

func cue(m *chaping.Mention) string {
	switch {
	case m == nil:
		return "没有命中"
	case m.Cue == "":
		return "无线索词"
	}
	return "线索：" + m.Cue
}

func (p *program) printEvalJSON(e *nlp.MentionEval) error {
	type wrong struct {
		Line    int               `json:"line"`
		Keyword string            `json:"keyword"`
		Label   chaping.Assertion `json:"label"`
		Got     chaping.Assertion `json:"got"`
		Cue     string            `json:"cue"`
		Text    string            `json:"text"`
	}
	list := []wrong{}
	for _, w := range e.Wrong {
		x := wrong{Line: w.Line, Keyword: w.Keyword, Label: w.Assertion, Got: w.Got, Cue: "", Text: w.Text}
		if w.Mention != nil {
			x.Cue = w.Mention.Cue
		}
		list = append(list, x)
	}
	return p.printJSON(struct {
		Pairs     int       `json:"pairs"`
		Version   string    `json:"version"`
		Precision float64   `json:"precision"`
		Recall    float64   `json:"recall"`
		F1        float64   `json:"f1"`
		Accuracy  float64   `json:"accuracy"`
		Statuses  any       `json:"statuses"`
		Confusion [4][4]int `json:"confusion"`
		Wrong     []wrong   `json:"wrong"`
	}{e.Pairs, e.Version, e.Precision, e.Recall, e.F1, e.Accuracy, nlp.Statuses(), e.Confusion, list})
}
