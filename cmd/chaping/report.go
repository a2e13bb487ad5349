package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
)

func (p *program) reportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "report",
		Short: "生成报送表",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		p.reportPlatformCommand(),
		p.reportAssociationCommand(),
		p.reportAnnualCommand(),
		p.reportImportCommand(),
		p.reportVersionsCommand(),
		p.reportFiledCommand(),
	)
	return cmd
}

func (p *program) reportVersionsCommand() *cobra.Command {
	var (
		period string
		asJSON bool
	)
	cmd := &cobra.Command{
		Use: "versions", Short: "列出已冻结的报送表", Args: noArgs,
		Long:    "列出已冻结的版本：报送期、版本、冻结时间、词库和程序版本、更正原因、sha256。",
		Example: "  chaping report versions --period 2026-11",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runVersions(cmd.Context(), period, asJSON) },
	}
	cmd.Flags().StringVar(&period, "period", "", "只看一个报送期")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runVersions(ctx context.Context, period string, asJSON bool) error {
	sheets := []station.Sheet{}
	err := p.withStation(ctx, func(d *station.DB) error {
		found, err := d.Sheets(ctx, "", period)
		sheets = append(sheets, found...)
		return err
	})
	if err != nil {
		return err
	}
	if asJSON {
		return p.printJSON(sheets)
	}
	if len(sheets) == 0 {
		fmt.Fprintln(p.out, "还没有冻结的报送表。")
		return nil
	}
	return p.printTable(func(w io.Writer) {
		fmt.Fprintln(w, "报表\t报送期\t任务\t版本\t冻结时间\t冻结人\t词库\t程序\tsha256\t更正原因")
		for _, s := range sheets {
			fmt.Fprintf(
				w,
				"%s\t%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t%s\n",
				s.Form.Chinese(),
				s.Period,
				s.Name,
				s.Version,
				s.Frozen.Format(chaping.Minute),
				s.By,
				s.Dictionary,
				s.Program,
				s.Hash[:12],
				chaping.Shorten(s.Reason, 40),
			)
		}
	})
}
