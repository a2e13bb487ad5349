package main

import (
	"context"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/station"
)

func (p *program) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "schedule",
		Short: "按计划自动采集、挖掘、出月报、提醒",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "计划写在 数据目录/schedule.yaml（样例 configs/schedule.yaml）；没有这个文件用自带计划。\n" +
			"每个计划时间只运行一次；停机错过的补做；失败的步骤自动重试，做完的步骤不重做。\n" +
			"几个进程同时运行时只有一个在调度（同机用文件锁；设了 CHAPING_REDIS 时用 Redis）。",
	}
	cmd.AddCommand(
		p.scheduleListCommand(),
		p.scheduleStartCommand(),
		p.scheduleRunCommand(),
		p.scheduleHistoryCommand(),
	)
	return cmd
}

func (p *program) scheduleStartCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "start",
		Short: "一直运行，按计划做事（Ctrl-C 停止）",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plans, err := p.app.Plans(cmd.Context())
			if err != nil {
				return err
			}
			bar := p.startProgress("计划")
			defer bar.finish()
			fmt.Fprintf(p.err, "调度已启动，%d 个计划；chaping schedule list 查看，Ctrl-C 停止\n", len(plans))
			return p.app.RunPlans(cmd.Context(), func(s app.StepResult) {
				bar.finish()
				p.printStep(s)
			}, bar.watch)
		},
	}
}

// printStep shows what a step of a plan came to.
func (p *program) printStep(s app.StepResult) {
	for _, c := range s.Collections {
		for _, source := range c.Sources {
			p.printTakenUp(source)
			p.printCollected(source.Report)
		}
	}
	if s.Backup != nil {
		p.printBackupLine("备份完好", *s.Backup)
	}
	if s.Drilled != nil {
		p.printBackupLine("恢复演练通过", *s.Drilled)
	}
	for _, name := range s.Expired {
		fmt.Fprintf(p.out, "旧备份已删除：%s\n", name)
	}
	p.printRaised(s.Raised)
	p.printDelivery(s.Delivery)
}

func (p *program) scheduleRunCommand() *cobra.Command {
	var period string
	cmd := &cobra.Command{Use: "run 计划名", Short: "马上运行一个计划", Example: "  chaping schedule run 月报 --period 2026-11",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 1 {
				return usage("要写一个计划名（见 chaping schedule list）")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.runPlan(cmd.Context(), args[0], period) }}
	cmd.Flags().StringVar(&period, "period", "", "月报的报送期；不写为最近结束的一期")
	return cmd
}

func (p *program) runPlan(ctx context.Context, plan, period string) (err error) {
	r := app.PlanRequest{Plan: plan}
	if period != "" {
		if r.Period, err = p.period(ctx, period); err != nil {
			return err
		}
	}
	bar := p.startProgress(plan)
	result, err := p.app.RunPlan(ctx, r, bar.watch)
	bar.finish()
	for _, step := range result.Steps {
		p.printStep(step)
	}
	switch {
	case err != nil:
		if len(result.Steps) > 0 {
			fmt.Fprintln(p.err, "各步的结果：chaping schedule history")
		}
		return err
	case result.Elsewhere:
		fmt.Fprintln(p.out, "另一个进程正在调度，已交给它运行；查看：chaping schedule history")
	default:
		fmt.Fprintf(
			p.out,
			"%s（%s）：完成，%d 步\n",
			result.Plan,
			result.Slot.In(chaping.Shanghai()).Format(chaping.Minute),
			result.Done,
		)
	}
	return nil
}

func (p *program) scheduleListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list",
		Short: "列出计划和下次运行的时间",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plans, err := p.app.Plans(cmd.Context())
			if err != nil {
				return err
			}
			for _, plan := range plans {
				if plan.Problem != "" {
					fmt.Fprintf(p.err, "注意：计划“%s”运行时会失败：%s\n", plan.Name, plan.Problem)
				}
			}
			return p.printTable(func(w io.Writer) {
				fmt.Fprintln(w, "计划\t时间（北京时间）\tcron\t做什么\t下次运行")
				for _, plan := range plans {
					next := plan.Next.Format(chaping.Minute)
					switch {
					case plan.NotHere:
						next = "不运行：本系统用不着"
					case plan.Off:
						next = "停用"
					}
					fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", plan.Name, plan.Times, plan.Cron, plan.Run, next)
				}
			})
		},
	}
}

func (p *program) scheduleHistoryCommand() *cobra.Command {
	var (
		job    string
		limit  int
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "history",
		Short: "查看各次运行和每一步的结果",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var runs []station.Run
			err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				runs, err = d.Runs(cmd.Context(), job, limit)
				return err
			})
			if err != nil {
				return err
			}
			return printList(p, asJSON, runs, "", func(w io.Writer) {
				fmt.Fprintln(w, "计划\t计划时间\t次数\t状态\t步骤")
				for _, r := range runs {
					state := "未完成"
					if r.Finished != nil {
						state = "完成 " + r.Finished.Format("01-02 15:04")
					} else if r.Error != "" {
						state = "重试 " + r.Due.Format("01-02 15:04")
					}
					var steps []string
					for _, s := range r.Steps {
						mark := "✓"
						if s.Finished == nil {
							mark = "✗"
						}
						steps = append(steps, mark+s.Name)
					}
					fmt.Fprintf(
						w,
						"%s\t%s\t%d\t%s\t%s\n",
						r.Job,
						r.Slot.Format(chaping.Minute),
						r.Attempts,
						state,
						strings.Join(steps, " ")+" "+chaping.Shorten(r.Error, 60),
					)
				}
			})
		},
	}
	cmd.Flags().StringVar(&job, "job", "", "只看一个计划")
	cmd.Flags().IntVar(&limit, "limit", 20, "最多几条，新的在前")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}
