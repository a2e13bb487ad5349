package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
)

func (p *program) reportFiledCommand() *cobra.Command {
	var period, at, by, note string
	cmd := &cobra.Command{
		Use: "filed", Short: "记下报送表已经报送（停止提醒，留作考核依据）", Args: noArgs,
		Example: "  chaping report filed --period 2026-11 --at 2026-11-25",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if period == "" {
				return usage("要用 --period 写明报送期")
			}
			named, err := p.begunPeriod(period)
			if err != nil {
				return err
			}
			when := p.now()
			if at != "" {
				if when, err = time.ParseInLocation(time.DateOnly, at, chaping.Shanghai()); err != nil {
					return usage("日期“%s”无法识别，应写成 2026-11-25", at)
				}
			}
			calendar, err := p.calendar()
			if err != nil {
				return err
			}
			var f station.Filing
			err = p.withStation(cmd.Context(), func(d *station.DB) error {
				if err := d.File(cmd.Context(), station.Filing{Period: named.String(), Filed: when, By: by, Note: note}); err != nil {
					return err
				}
				f, _, err = d.Filing(cmd.Context(), named.String(), "")
				return err
			})
			if err != nil {
				return err
			}
			due := calendar.Due(named)
			state := "按时"
			if !f.Filed.Before(due.Day.AddDate(0, 0, 1)) {
				state = "逾期"
			}
			fmt.Fprintf(p.out, "%s 期：%s 报送，截止 %s，%s\n", named, f.Filed.In(chaping.Shanghai()).Format(time.DateOnly), due.Day.Format(time.DateOnly), state)
			if note := due.Note(); note != "" {
				fmt.Fprintf(p.out, "注意：%s\n", note)
			}
			return nil
		},
	}
	f := cmd.Flags()
	f.StringVar(&period, "period", "", "报送期，例如 2026-11")
	f.StringVar(&at, "at", "", "报送的日期；不写为现在")
	f.StringVar(&by, "by", operator(), "报送人")
	f.StringVar(&note, "note", "", "说明")
	return cmd
}
