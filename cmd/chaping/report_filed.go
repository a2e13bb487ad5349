package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/station"
)

func (p *program) reportFiledCommand() *cobra.Command {
	var period, watch, at, by, note string
	cmd := &cobra.Command{
		Use: "filed", Short: "记下报送表已经报送（停止提醒，留作考核依据）", Args: noArgs,
		Long:    "记下一个报送期的报送表已经报送。按几个监测任务分别出月报的，用 --watch 写明是哪一个。",
		Example: "  chaping report filed --period 2026-11 --at 2026-11-25\n  chaping report filed --period 2026-11 --watch 任务.yaml",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if period == "" {
				return usage("要用 --period 写明报送期")
			}
			named, err := p.begunPeriod(cmd.Context(), period)
			if err != nil {
				return err
			}
			name, err := p.filedWatch(watch)
			if err != nil {
				return err
			}
			when := p.now()
			if at != "" {
				if when, err = time.ParseInLocation(time.DateOnly, at, chaping.Shanghai()); err != nil {
					return usage("日期“%s”无法识别，应写成 2026-11-25", at)
				}
			}
			calendar, err := p.app.Calendar()
			if err != nil {
				return err
			}
			var f station.Filing
			err = p.withStation(cmd.Context(), func(d *station.DB) error {
				if err := d.File(cmd.Context(), station.Filing{Period: named.String(), Name: name, Filed: when, By: by, Note: note}); err != nil {
					return err
				}
				f, _, err = d.Filing(cmd.Context(), named.String(), name)
				return err
			})
			if err != nil {
				return err
			}
			due := calendar.Due(named)
			state := "按时"
			if chaping.Late(f.Filed, due.Day) {
				state = "逾期"
			}
			of := named.String() + " 期"
			if name != "" {
				of += "（" + name + "）"
			}
			fmt.Fprintf(
				p.out,
				"%s：%s 报送，截止 %s，%s\n",
				of,
				f.Filed.In(chaping.Shanghai()).Format(time.DateOnly),
				due.Day.Format(time.DateOnly),
				state,
			)
			if note := due.Note(); note != "" {
				fmt.Fprintf(p.out, "注意：%s\n", note)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&period, "period", "", "报送期，例如 2026-11")
	f.StringVar(&watch, "watch", "", "监测任务文件：只记这个任务的报送表")
	f.StringVar(&at, "at", "", "报送的日期；不写为现在")
	f.StringVar(&by, "by", operator(), "报送人")
	f.StringVar(&note, "note", "", "说明")
	return cmd
}

// filedWatch is the name of the watch whose report was filed. Where several
// have one of their own, it must be said which.
func (p *program) filedWatch(file string) (string, error) {
	if file != "" {
		w, err := app.LoadWatch(file)
		return w.Name, err
	}
	names, err := p.app.MonthlyWatches()
	if err != nil {
		return "", err
	}
	switch {
	case slices.Contains(names, ""):
		return "", nil
	case len(names) == 1:
		return names[0], nil
	}
	return "", usage("有 %d 个监测任务分别出月报（%s），要用 --watch 写明报送的是哪一个", len(names), strings.Join(names, "、"))
}
