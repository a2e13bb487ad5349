package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp/polarity"
)

type evalPolarityOptions struct {
	model   string
	columns polarity.Columns
	wrong   int
	json    bool
}

func (p *program) evalPolarityCommand() *cobra.Command {
	var o evalPolarityOptions
	cmd := &cobra.Command{
		Use: "polarity 文件.csv[.gz]", Short: "检验“好评还是差评”的文本模型：准确率、召回率、判错的例子",
		Long: "文件格式同 chaping train polarity。空的和重复的评论只算一条。\n" +
			"自带模型学过的评论上测得的数不说明什么；要知道在没有学过的评论上有多准，用 chaping train polarity --holdout。",
		Args: oneFile,
		RunE: func(cmd *cobra.Command, args []string) error { return p.runEvalPolarity(cmd.Context(), o, args[0]) },
	}
	cmd.Flags().StringVar(&o.model, "model", "", "模型文件；不写用自带的模型")
	cmd.Flags().IntVar(&o.wrong, "wrong", 20, "显示多少个判错的例子，最有把握的错在前")
	cmd.Flags().BoolVar(&o.json, "json", false, "以 JSON 输出，含全部判错的例子")
	polarityColumns(cmd, &o.columns)
	return cmd
}

func loadPolarity(path string) (*polarity.Model, error) {
	if path == "" {
		return polarity.Shipped()
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开模型文件", Err: err, Remedy: "检查 --model 的路径和读取权限"}
	}
	defer f.Close()
	return polarity.Load(path, f)
}

func (p *program) runEvalPolarity(ctx context.Context, o evalPolarityOptions, path string) error {
	m, err := loadPolarity(o.model)
	if err != nil {
		return err
	}
	rows, partial, err := p.readLabelled(ctx, path, o.columns)
	if err != nil {
		return err
	}
	e, err := polarity.Evaluate(ctx, m, rows)
	if err != nil {
		return err
	}
	if o.json {
		return errors.Join(p.printPolarityJSON(e), partial)
	}
	fmt.Fprintf(p.out, "评论 %d 条；判“差评”：准确率 %.4f，召回率 %.4f，F1 %.4f；总准确率 %.4f（模型 %s）\n", e.Reviews, e.Precision, e.Recall, e.F1, e.Accuracy, e.Version)
	fmt.Fprintf(p.out, "标注差评：判差评 %d，判好评 %d；标注好评：判差评 %d，判好评 %d\n", e.Confusion[0][0], e.Confusion[0][1], e.Confusion[1][0], e.Confusion[1][1])
	if e.Unknown > 0 {
		fmt.Fprintf(p.out, "其中 %d 条没有模型认识的内容，按好评计\n", e.Unknown)
	}
	for i, w := range e.Wrong {
		if i == o.wrong {
			fmt.Fprintf(p.out, "……另有 %d 个判错的例子，用 --wrong 或 --json 查看\n", len(e.Wrong)-o.wrong)
			break
		}
		fmt.Fprintf(p.out, "第 %d 行：标注%s，判为差评的把握 %.3f  %s\n", w.Line, gradeOf(w.Negative).Chinese(), w.Score, chaping.Shorten(w.Text, 120))
	}
	return partial
}

func gradeOf(negative bool) chaping.Grade {
	if negative {
		return chaping.Negative
	}
	return chaping.Positive
}

func (p *program) printPolarityJSON(e *polarity.Eval) error {
	type wrong struct {
		Line  int     `json:"line"`
		Label string  `json:"label"`
		Score float64 `json:"negative_probability"`
		Text  string  `json:"text"`
	}
	list := []wrong{}
	for _, w := range e.Wrong {
		list = append(list, wrong{Line: w.Line, Label: gradeOf(w.Negative).String(), Score: w.Score, Text: w.Text})
	}
	return p.printJSON(struct {
		Reviews   int       `json:"reviews"`
		Version   string    `json:"version"`
		Unknown   int       `json:"unknown"`
		Precision float64   `json:"precision"`
		Recall    float64   `json:"recall"`
		F1        float64   `json:"f1"`
		Accuracy  float64   `json:"accuracy"`
		Confusion [2][2]int `json:"confusion"` // by label and prediction, negative first
		Wrong     []wrong   `json:"wrong"`
	}{e.Reviews, e.Version, e.Unknown, e.Precision, e.Recall, e.F1, e.Accuracy, e.Confusion, list})
}
