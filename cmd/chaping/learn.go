package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/nlp"
	"chaping/station"
)

type learnOptions struct {
	period string
	dryRun bool
	revert bool
	json   bool
	by     string
}

func (p *program) learnCommand() *cobra.Command {
	var o learnOptions
	cmd := &cobra.Command{
		Use: "learn", Short: "从人工复核中学习：哪些词在本站的商品上另有所指", Args: noArgs,
		Long: "用全部复核决定在自带模型之上训练一个修正：被一再排除的词条和说法以后不再判为“成立”，确认过的不受影响。\n" +
			"用没有学过的决定（十折交叉检验）和自带的标注句子检验，明显更好才采用；采用后各报送期在下次用到时重新挖掘。\n" +
			"只会把“成立”改为不成立，不会反过来。决定太少时什么都不改，并写明还差多少。",
		Example: "  chaping learn --dry-run\n  chaping learn\n  chaping learn --revert",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runLearn(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.BoolVar(&o.dryRun, "dry-run", false, "只学习、检验和显示，不采用")
	f.StringVar(&o.period, "period", "", "另外列出这个报送期里会改变的句子和数字")
	f.BoolVar(&o.revert, "revert", false, "撤回采用过的学习结果")
	f.StringVar(&o.by, "by", operator(), "采用或撤回的人")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runLearn(ctx context.Context, o learnOptions) error {
	if o.revert {
		return p.unlearn(ctx, o)
	}
	v, err := p.app.Vocabulary(ctx, "") // as it holds before
	if err != nil {
		return err
	}
	l, err := p.app.Learn(ctx, nil)
	if err != nil {
		return err
	}
	out := learned{Learnt: l}
	if l.Better && !l.Same && !o.dryRun {
		held, err := p.app.Adopt(ctx, l, o.by)
		if err != nil {
			return p.learnedMeanwhile(err)
		}
		out.Adopted, out.Learnt.Current = true, held
	}
	if o.json {
		return p.printJSON(out)
	}
	p.printLearnt(&out)
	if o.period == "" || l.Adapter == nil {
		return nil
	}
	return p.printDictionaries(
		ctx,
		[2]*nlp.Miner{v.Miner, v.Adapted(l.Adapter)},
		diffOptions{period: o.period, samples: 10},
	)
}

// learned is what came of the command.
type learned struct {
	*app.Learnt
	Adopted bool `json:"adopted"`
}

func (p *program) unlearn(ctx context.Context, o learnOptions) error {
	if o.dryRun {
		return usage("--revert 和 --dry-run 不能同用")
	}
	last, err := p.app.Learning(ctx)
	if err != nil {
		return err
	}
	now, err := p.app.Unlearn(ctx, last.Version, o.by)
	if err != nil {
		return p.learnedMeanwhile(err)
	}
	if o.json {
		return p.printJSON(now)
	}
	fmt.Fprintf(p.out, "已撤回学习结果 %s，现在用自带的判断；各报送期在下次用到时重新挖掘\n", last.Adapter)
	return nil
}

// learnedMeanwhile words that somebody else adopted or took back at the same time.
func (p *program) learnedMeanwhile(err error) error {
	var conflict *station.Conflict
	if !errors.As(err, &conflict) {
		return err
	}
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "有人同时采用或撤回了学习结果，这一次什么都没有改",
		Remedy:  "用 chaping learn --dry-run 看现在的情形，再决定",
	}
}

func (p *program) printLearnt(l *learned) {
	fmt.Fprintf(p.out, "复核决定 %d 个：不同的句子已确认 %d、已排除 %d，重复的句子 %d\n", l.Decisions, l.Confirmed, l.Rejected, l.Copies)
	for _, c := range l.Contradictory {
		fmt.Fprintf(
			p.out,
			"  互相矛盾：%s（确认 %d 次，排除 %d 次）%s\n",
			c.Term,
			c.Confirmed,
			c.Rejected,
			chaping.Shorten(c.Sentence, 60),
		)
	}
	if len(l.Unknown) > 0 {
		fmt.Fprintf(p.out, "  词库里没有的评论关键词，其决定没有用：%s\n", strings.Join(l.Unknown, "、"))
	}
	if l.NotFound > 0 {
		fmt.Fprintf(p.out, "  评论里现在没有这个词成立的命中，没有用：%d 个\n", l.NotFound)
	}
	if l.Gone > 0 {
		fmt.Fprintf(p.out, "  评论已不在库里，没有用：%d 个\n", l.Gone)
	}
	for _, d := range l.Doubts {
		fmt.Fprintf(p.out, "  多数被排除的写法：%s 的“%s”（排除 %d，确认 %d），可考虑从词库删去\n", d.Term, d.Surface, d.Rejected, d.Confirmed)
	}
	if l.Adapter == nil {
		fmt.Fprintf(p.out, "还不够学习：%s。什么都没有改。\n", missing(l.Learning))
	} else {
		p.printMeasured(l)
	}
	switch {
	case l.Stale:
		fmt.Fprintf(p.out, "现在的学习结果 %s 是在旧版程序上学的，没有使用\n", l.Current.Adapter)
	case l.Current.Adapter == "":
		fmt.Fprintln(p.out, "现在没有采用任何学习结果")
	default:
		fmt.Fprintf(p.out, "现在采用第 %d 版学习结果 %s（%s，%s）\n", l.Current.Version, l.Current.Adapter,
			l.Current.At.Format(chaping.Minute), l.Current.Who)
	}
}

func (p *program) printMeasured(l *learned) {
	fmt.Fprintf(p.out, "检验（每个决定都由没有学过它的修正来判）：准确率 %.4f → %.4f，召回率 %.4f → %.4f\n",
		l.Before.Precision, l.After.Precision, l.Before.Recall, l.After.Recall)
	fmt.Fprintf(p.out, "自带的标注句子判对 %d → %d（共 %d）\n", l.KnownBefore.Found, l.KnownAfter.Found, l.KnownAfter.Of)
	const most = 20
	for i, c := range l.Changes {
		if i == most {
			fmt.Fprintf(p.out, "  ……另有 %d 句，用 --json 查看\n", len(l.Changes)-most)
			break
		}
		verdict := "已排除，改对"
		if c.Confirmed {
			verdict = "已确认，改错"
		}
		fmt.Fprintf(p.out, "  不再成立（%s）：%s　%s\n", verdict, c.Term, chaping.Shorten(c.Sentence, 60))
	}
	switch {
	case l.Adopted:
		fmt.Fprintf(p.out, "已采用学习结果 %s；各报送期在下次用到时重新挖掘，用 chaping learn --revert 撤回\n", l.Version)
	case l.Same:
		fmt.Fprintf(p.out, "学到的 %s 与现在采用的相同\n", l.Version)
	case l.Better:
		fmt.Fprintf(p.out, "学到的 %s 更好，没有采用（--dry-run）\n", l.Version)
	default:
		fmt.Fprintf(p.out, "学到的 %s 没有明显更好，没有采用\n", l.Version)
	}
}

// missing words what it still takes to learn.
func missing(l *nlp.Learning) string {
	var list []string
	if l.MissingDecisions > 0 {
		list = append(list, fmt.Sprintf("还差 %d 个不同句子的决定", l.MissingDecisions))
	}
	if l.MissingRejections > 0 {
		list = append(list, fmt.Sprintf("其中还差 %d 个排除", l.MissingRejections))
	}
	return strings.Join(list, "，")
}
