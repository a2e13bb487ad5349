package main

import (
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
)

func (p *program) auditCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "audit",
		Short: "操作记录：查看、校验",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long:  "门户和命令行的每一次更改、门户的每一次下载都有记录，只增不改，逐条用 sha256 相连。",
	}
	cmd.AddCommand(p.auditListCommand(), p.auditVerifyCommand())
	return cmd
}

func (p *program) auditListCommand() *cobra.Command {
	var (
		f      station.AuditFilter
		asJSON bool
	)
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出操作记录，最近的在前",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			list := []station.Entry{}
			err := p.withStation(cmd.Context(), func(d *station.DB) error {
				found, err := d.Audit(cmd.Context(), f)
				list = append(list, found...)
				return err
			})
			if err != nil {
				return err
			}
			if asJSON {
				return p.printJSON(list)
			}
			return p.printTable(func(w io.Writer) {
				fmt.Fprintln(w, "编号\t时间\t谁\t操作\t对象\t说明")
				for _, e := range list {
					fmt.Fprintf(
						w,
						"%d\t%s\t%s\t%s\t%s\t%s\n",
						e.ID,
						e.At.Format("2006-01-02 15:04:05"),
						chaping.Shorten(e.Who, 30),
						e.Action,
						chaping.Shorten(e.Object, 40),
						chaping.Shorten(e.Detail, 60),
					)
				}
			})
		},
	}
	fl := cmd.Flags()
	fl.StringVar(&f.Text, "find", "", "只列含有这些文字的")
	fl.IntVar(&f.Limit, "limit", 100, "最多列多少条")
	fl.BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) auditVerifyCommand() *cobra.Command {
	var head string
	cmd := &cobra.Command{Use: "verify", Short: "校验操作记录没有被改动", Args: noArgs,
		Long: "逐条核对校验链。链能发现改动、插入和中间的删除；把打印的校验值另外记下，以后用 --contains 核对，还能发现末尾被截去。",
		RunE: func(cmd *cobra.Command, _ []string) error {
			return p.withStation(cmd.Context(), func(d *station.DB) error {
				n, last, err := d.VerifyAudit(cmd.Context())
				if err != nil {
					return err
				}
				if head != "" {
					found, err := d.HasAudit(cmd.Context(), head)
					if err != nil {
						return err
					}
					if !found {
						return &chaping.Error{
							Code:    chaping.CodeInput,
							Message: "操作记录里没有校验值 " + chaping.Shorten(head, 64) + "：记录的末尾被截去过，或校验值不属于这个数据目录",
							Remedy:  "从备份中恢复 station.db，并查明谁能写这个文件",
						}
					}
				}
				fmt.Fprintf(p.out, "操作记录 %d 条，校验链完整；末条校验值 %s\n", n, last)
				return nil
			})
		}}
	cmd.Flags().StringVar(&head, "contains", "", "以前记下的末条校验值")
	return cmd
}
