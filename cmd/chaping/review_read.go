package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
)

func (p *program) reviewReadCommand() *cobra.Command {
	var o reviewOptions
	cmd := &cobra.Command{
		Use: "read", Short: "请第二读者（语言模型）看没有把握的命中", Args: noArgs,
		Long: "第二读者写在 数据目录/reader.yaml（样例 configs/reader.example.yaml），不写就没有。只发送没有人复核、程序自己的模型\n" +
			"没有把握的命中，前后各 200 字，已隐去个人信息；问过的同样文字不再问。它的意见供人参考，服务不通不影响任何数字。\n" +
			"同时报告它与人工复核一致的程度。",
		Example: "  chaping review read --period 2026-11",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runReviewRead(cmd.Context(), o) },
	}
	p.reviewFlags(cmd, &o)
	return cmd
}

func (p *program) runReviewRead(ctx context.Context, o reviewOptions) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	var s *app.SecondReading
	partial, err := p.onPipeline(ctx, o.terms, func(pipe *app.Pipeline) error {
		s, err = p.app.ReadSecond(ctx, pipe, period, nil)
		return err
	})
	if err != nil {
		return err
	}
	if s.Problem != "" {
		unread := &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("没有问到的命中有 %d 处", s.Left), Remedy: "第二读者可用以后再运行"}
		if s.Asked == 0 {
			unread.Code = chaping.CodeEnvironment
		}
		partial = errors.Join(unread, partial)
	}
	if o.json {
		return errors.Join(p.printJSON(s), partial)
	}
	fmt.Fprintf(p.out, "报送期 %s：没有把握的命中 %d 处，以前答过 %d，这次问 %d（没有给出判断的 %d），没有问到 %d\n",
		s.Period, s.Doubtful, s.Known, s.Asked, s.NoAnswer, s.Left)
	if s.Problem != "" {
		fmt.Fprintf(p.out, "第二读者 %s：%s，已停止；数字没有改变，以后再运行即可\n", s.Model, s.Problem)
	}
	fmt.Fprintf(p.out, "它认为不成立、还没有人复核的 %d 处，请先看这些\n", s.Against)
	if a := s.Agreement; a.Judged() > 0 {
		fmt.Fprintf(p.out, "与人工复核比较 %d 处，一致 %d：都确认 %d，都排除 %d；人排除而它不排除 %d，它排除而人确认 %d\n",
			a.Judged(), a.Agreed(), a.BothConfirm, a.BothReject, a.PersonRejects, a.ReaderRejects)
	} else {
		fmt.Fprintln(p.out, "还没有人复核过它看过的命中，不能比较")
	}
	return partial
}
