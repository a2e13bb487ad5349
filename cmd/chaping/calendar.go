package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"

	"chaping/report"
	"chaping/scheduler/calendar"
)

func (p *program) calendarCommand() *cobra.Command {
	var (
		asJSON bool
		ics    string
	)
	cmd := &cobra.Command{
		Use: "calendar [年份]", Short: "列出一年的报送期和截止日，可导出日历文件（ics）",
		Long: "列出一年十二个报送期的采集范围和截止日。截止日遇休息日顺延，调休上班的日子算工作日；采集范围不随之变动。\n" +
			"国务院办公厅公布新一年的安排后，照 holidays/2026.yaml（软件包的在 /usr/share/doc/chaping）的样子写成 数据目录/holidays/年份.yaml 即可。",
		Example: "  chaping calendar 2026\n  chaping calendar 2026 --ics 报送.ics",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usage("一次只能看一年")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			year := p.now().Year()
			if len(args) == 1 {
				var err error
				if year, err = strconv.Atoi(args[0]); err != nil || year < 2020 || year > 2100 {
					return usage("年份“%s”无法识别，应在 2020–2100 之间", args[0])
				}
			}
			days, err := p.app.Calendar()
			if err != nil {
				return err
			}
			if ics != "" {
				if err := os.MkdirAll(filepath.Dir(ics), 0o755); err != nil {
					return err
				}
				if err := report.WriteFile(ics, func(w io.Writer) error { return days.WriteICS(w, calendar.PeriodsOf(year), p.now()) }); err != nil {
					return err
				}
				fmt.Fprintf(p.err, "日历文件：%s（可导入 Outlook、手机日历等）\n", ics)
			}
			if asJSON {
				return p.printCalendarJSON(days, year)
			}
			return p.printCalendar(days, year)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	cmd.Flags().StringVar(&ics, "ics", "", "同时写成 iCalendar 文件")
	return cmd
}

func (p *program) printCalendar(c *calendar.Calendar, year int) error {
	err := p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "报送期\t采集范围\t报送截止\t说明")
		for _, period := range calendar.PeriodsOf(year) {
			window, due := period.Window(), c.Due(period)
			var notes []string
			if due.Day.Day() != 25 {
				notes = append(notes, "25 日休息，顺延")
			}
			if due.Provisional {
				notes = append(notes, "暂定")
			}
			fmt.Fprintf(
				w,
				"%s\t%s 至 %s\t%s（%s）\t%s\n",
				period,
				window.FirstDay().Format(time.DateOnly),
				window.LastDay().Format(time.DateOnly),
				due.Day.Format(time.DateOnly),
				chaping.ChineseWeekday(due.Day),
				strings.Join(notes, "；"),
			)
		}
	})
	if err != nil {
		return err
	}
	if source, ok := c.Source(year); ok {
		fmt.Fprintf(p.out, "节假日安排：%s\n", source)
		return nil
	}
	fmt.Fprintf(p.out, "注意：%s\n", c.Due(calendar.PeriodsOf(year)[11]).Note())
	return nil
}

func (p *program) printCalendarJSON(c *calendar.Calendar, year int) error {
	type row struct {
		Period string `json:"period"`
		From   string `json:"from"`
		To     string `json:"to"`
		Due    string `json:"due"`
		Note   string `json:"note,omitempty"`
	}
	source, _ := c.Source(year)
	var rows []row
	for _, period := range calendar.PeriodsOf(year) {
		window, due := period.Window(), c.Due(period)
		rows = append(
			rows,
			row{
				Period: period.String(),
				From:   window.FirstDay().Format(time.DateOnly),
				To:     window.LastDay().Format(time.DateOnly),
				Due:    due.Day.Format(time.DateOnly),
				Note:   due.Note(),
			},
		)
	}
	return p.printJSON(struct {
		Year    int    `json:"year"`
		Source  string `json:"source"` // empty: provisional
		Periods []row  `json:"periods"`
	}{year, source, rows})
}
