package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/nlp/polarity"
	"chaping/report"
)

func (p *program) trainCommand() *cobra.Command {
	cmd := &cobra.Command{Use: "train", Short: "训练文本模型", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() }}
	cmd.AddCommand(p.trainPolarityCommand())
	return cmd
}

type trainOptions struct {
	out      string
	columns  polarity.Columns
	holdout  float64
	folds    bool
	leaveOut bool
	seed     uint64
	json     bool
}

func (p *program) trainPolarityCommand() *cobra.Command {
	var o trainOptions
	cmd := &cobra.Command{
		Use: "polarity 文件.csv[.gz]", Short: "从有标注的评论训练“好评还是差评”的文本模型",
		Long: "文件为 UTF-8 的 CSV，第一行是列名：review 评论、label 标签（1 好评，0 差评），可有 cat 商品类别。空的和重复的评论只用一条。\n" +
			"--out 用全部评论训练，写出模型文件；同样的文件和种子得到同样的模型。\n" +
			"--holdout、--folds、--leave-out-category 另用没有学过的评论检验，每次检验都重新训练。",
		Example: "  chaping train polarity reviews.csv.gz --out dictionaries/polarity.bin.gz\n  chaping train polarity reviews.csv --holdout 0.1 --folds --leave-out-category",
		Args:    oneFile,
		RunE:    func(cmd *cobra.Command, args []string) error { return p.runTrainPolarity(cmd.Context(), o, args[0]) },
	}
	f := cmd.Flags()
	f.StringVar(&o.out, "out", "", "写出模型的文件")
	f.Float64Var(&o.holdout, "holdout", 0, "留出多大比例的评论检验，例如 0.1")
	f.BoolVar(&o.folds, "folds", false, "与 --holdout 同用：每一份都轮流留出一次（0.1 即十折交叉检验）")
	f.BoolVar(&o.leaveOut, "leave-out-category", false, "每一类商品轮流留出检验：没有学过的商品种类上有多准")
	f.Uint64Var(&o.seed, "seed", 1, "随机种子")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出检验结果")
	polarityColumns(cmd, &o.columns)
	return cmd
}

// polarityColumns are the flags that name the columns of a labelled file.
func polarityColumns(cmd *cobra.Command, c *polarity.Columns) {
	d := polarity.DefaultColumns()
	cmd.Flags().StringVar(&c.Text, "text", d.Text, "评论所在的列")
	cmd.Flags().StringVar(&c.Label, "label", d.Label, "标签所在的列")
	cmd.Flags().StringVar(&c.Category, "category", d.Category, "商品类别所在的列，可以没有")
}

func oneFile(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("请写一个标注文件")
	}
	return nil
}

// readLabelled reads the distinct reviews of a labelled file. partial tells of
// rows that were refused.
func (p *program) readLabelled(ctx context.Context, path string, c polarity.Columns) (rows []polarity.Row, partial, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开标注文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	problems := &rejects{p: p}
	all, err := polarity.ReadRows(ctx, path, f, c, problems.add)
	if problems.shown > 0 {
		partial = &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已处理", problems.shown), Remedy: "按上面的说明改正"}
	}
	return polarity.Distinct(all), partial, err
}

func (p *program) runTrainPolarity(ctx context.Context, o trainOptions, path string) error {
	switch {
	case o.out == "" && o.holdout == 0 && !o.leaveOut:
		return usage("要写明 --out、--holdout 或 --leave-out-category")
	case o.holdout != 0 && (math.IsNaN(o.holdout) || o.holdout < 0.01 || o.holdout > 0.5):
		return usage("--holdout 应在 0.01–0.5 之间")
	case o.folds && o.holdout == 0:
		return usage("--folds 要与 --holdout 同用")
	}
	rows, partial, err := p.readLabelled(ctx, path, o.columns)
	if err != nil {
		return err
	}
	var groups []trials
	if o.holdout > 0 {
		splits := polarity.Folds(rows, int(math.Round(1/o.holdout)), o.seed)
		if !o.folds {
			splits = splits[:1]
		}
		groups = append(groups, trials{Name: "random", splits: splits})
	}
	if o.leaveOut {
		splits := polarity.LeaveOut(rows)
		if len(splits) < 2 {
			return &chaping.InputError{File: path, Field: o.columns.Category, Problem: "商品类别不到两种，不能轮流留出", Remedy: "给文件加上商品类别列，或用 --category 指定"}
		}
		groups = append(groups, trials{Name: "leave-out-category", splits: splits})
	}
	for i := range groups {
		if err := p.try(ctx, &groups[i], o.seed); err != nil {
			return err
		}
	}
	var trained *trainedModel
	if o.out != "" {
		if trained, err = p.trainTo(ctx, o, rows); err != nil {
			return err
		}
	}
	if o.json {
		err = p.printJSON(struct {
			Reviews int           `json:"reviews"`
			Trials  []trials      `json:"trials,omitempty"`
			Model   *trainedModel `json:"model,omitempty"`
		}{len(rows), groups, trained})
	} else {
		err = p.printTrained(len(rows), groups, trained)
	}
	return errors.Join(err, partial)
}

// trials are splits of one kind and what came of them.
type trials struct {
	Name     string  `json:"name"`
	Accuracy float64 `json:"mean_accuracy"`
	Results  []trial `json:"results"`
	splits   []polarity.Split
}

type trial struct {
	Name      string  `json:"name"`
	Learnt    int     `json:"learnt"`
	Asked     int     `json:"asked"`
	Accuracy  float64 `json:"accuracy"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	F1        float64 `json:"f1"`
}

func (p *program) try(ctx context.Context, t *trials, seed uint64) error {
	for _, s := range t.splits {
		m, err := p.trainPolarity(ctx, "检验 "+s.Name, s.Train, seed)
		if err != nil {
			return err
		}
		e, err := polarity.Evaluate(ctx, m, s.Test)
		if err != nil {
			return err
		}
		t.Results = append(t.Results, trial{Name: s.Name, Learnt: len(s.Train), Asked: e.Reviews, Accuracy: e.Accuracy, Precision: e.Precision, Recall: e.Recall, F1: e.F1})
		t.Accuracy += e.Accuracy / float64(len(t.splits))
	}
	return nil
}

func (p *program) trainPolarity(ctx context.Context, label string, rows []polarity.Row, seed uint64) (*polarity.Model, error) {
	bar := p.startProgress(label)
	defer bar.finish()
	shown := make(chan [2]int, 1)
	ended := make(chan struct{})
	go func() { // training reports from several goroutines, a bar is for one
		defer close(ended)
		for s := range shown {
			bar.show(int64(s[0]), int64(s[1]), fmt.Sprintf("已学 %d%%", 100*s[0]/s[1]))
		}
	}()
	m, err := polarity.Train(ctx, rows, polarity.Options{Seed: seed, Progress: func(done, total int) {
		select {
		case shown <- [2]int{done, total}:
		default: // the bar is busy; the next report will do
		}
	}})
	close(shown)
	<-ended
	return m, err
}

type trainedModel struct {
	File    string `json:"file"`
	Version string `json:"version"`
	Bytes   int64  `json:"bytes"`
}

func (p *program) trainTo(ctx context.Context, o trainOptions, rows []polarity.Row) (*trainedModel, error) {
	m, err := p.trainPolarity(ctx, "训练", rows, o.seed)
	if err != nil {
		return nil, err
	}
	t := &trainedModel{File: o.out, Version: m.Version()}
	return t, report.WriteFile(o.out, func(w io.Writer) (err error) {
		t.Bytes, err = m.WriteTo(w)
		return err
	})
}

func (p *program) printTrained(reviews int, groups []trials, m *trainedModel) error {
	fmt.Fprintf(p.out, "不同的评论 %d 条\n", reviews)
	for _, g := range groups {
		err := p.printTable(func(w io.Writer) {
			fmt.Fprintln(w, "留出\t学习\t检验\t准确率\t差评准确率\t差评召回率\tF1")
			for _, r := range g.Results {
				fmt.Fprintf(w, "%s\t%d\t%d\t%.4f\t%.4f\t%.4f\t%.4f\n", r.Name, r.Learnt, r.Asked, r.Accuracy, r.Precision, r.Recall, r.F1)
			}
			fmt.Fprintf(w, "平均\t\t\t%.4f\n", g.Accuracy)
		})
		if err != nil {
			return err
		}
	}
	if m != nil {
		fmt.Fprintf(p.out, "模型 %s（%.1f MB）写入 %s\n", m.Version, float64(m.Bytes)/(1<<20), m.File)
	}
	return nil
}
