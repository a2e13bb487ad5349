package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping"
)

func (p *program) periodCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "period [年-月]", Short: "显示报送期的采集范围和截止日",
		Long:    "报送期以结束的月份命名：上月 25 日至当月 24 日，当月 25 日前报送，遇休息日顺延至下一个工作日。\n不写年-月时显示当前报送期：刚结束的一期还没有报送时是那一期，报送之后是今天所在的一期。",
		Example: "  chaping period 2026-11\n  chaping period 2026-11 --json",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("一次只能看一个报送期")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			var name string
			if len(args) == 1 {
				name = args[0]
				if name == "" {
					return usage("报送期是空的")
				}
			}
			period, err := p.period(cmd.Context(), name)
			if err != nil {
				return err
			}
			calendar, err := p.app.Calendar()
			if err != nil {
				return err
			}
			w, due := period.Window(), calendar.Due(period)
			if asJSON {
				return p.printJSON(struct {
					Period string `json:"period"`
					From   string `json:"from"`
					To     string `json:"to"`
					Due    string `json:"due"`
					Note   string `json:"note,omitempty"`
				}{period.String(), w.FirstDay().Format(time.DateOnly), w.LastDay().Format(time.DateOnly), due.Day.Format(time.DateOnly), due.Note()})
			}
			fmt.Fprintf(
				p.out,
				"报送期    %s\n采集范围  %s 00:00 至 %s 24:00（北京时间）\n报送截止  %s（%s，当日 24:00 前）\n",
				period,
				w.FirstDay().Format(
					time.DateOnly,
				),
				w.LastDay().Format(time.DateOnly),
				due.Day.Format(time.DateOnly),
				chaping.ChineseWeekday(due.Day),
			)
			if note := due.Note(); note != "" {
				fmt.Fprintf(p.out, "注意      %s\n", note)
			}
			return nil
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}
