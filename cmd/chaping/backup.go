package main

import (
	"fmt"
	"strings"

	"chaping"

	"github.com/spf13/cobra"

	"chaping/app"
)

func (p *program) backupCommand() *cobra.Command {
	var verify, drill, asJSON bool
	cmd := &cobra.Command{
		Use: "backup 文件", Short: "把数据目录备份成一个文件，运行中也可以",
		Long: "备份数据库、各 SQLite 文件（队列、证据等）和数据目录里的其他文件；另一个进程正在使用数据目录时，经由它备份。\n" +
			"写完后逐个核对校验和；--verify 只核对已有的备份。\n" +
			"--drill 做恢复演练：把一个备份恢复到临时目录，逐表核对行数和数据块，然后删除；不写文件时用数据目录里最近的一个。",
		Example: "  chaping backup 2026-11-25.backup\n  chaping backup --verify 2026-11-25.backup\n  chaping backup --drill",
		Args: func(cmd *cobra.Command, args []string) error {
			if drill && len(args) == 0 {
				return nil
			}
			return oneBackup(cmd, args)
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			bar := p.startProgress("备份")
			defer bar.finish()
			var r app.BackupResult
			var err error
			what := "备份完好"
			if drill {
				what = "恢复演练通过"
				r, err = p.app.Drill(cmd.Context(), strings.Join(args, ""), bar.watch)
			} else if verify {
				r, err = p.app.VerifyBackupFile(cmd.Context(), args[0], bar.watch)
			} else if err = p.warnOfBacklog("备份不含暂存的批次："); err == nil {
				r, err = p.app.BackUpTo(cmd.Context(), args[0], bar.watch)
			}
			if err != nil {
				return err
			}
			bar.finish()
			return p.printBackup(what, r, asJSON)
		},
	}
	cmd.Flags().BoolVar(&verify, "verify", false, "不备份，只核对这个文件")
	cmd.Flags().BoolVar(&drill, "drill", false, "恢复演练：恢复到临时目录，核对后删除")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出汇总")
	cmd.MarkFlagsMutuallyExclusive("verify", "drill")
	return cmd
}

func (p *program) restoreCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "restore 文件", Short: "把备份恢复到空的数据目录",
		Long: "核对备份，恢复到 --data 指定的目录（必须是空的或不存在），再逐表比较行数。失败时目录恢复原状；\n" +
			"被中断的恢复，再运行一次就从头做起，做完之前别的命令不打开这个目录。",
		Example: "  chaping restore 2026-11-25.backup --data 新目录",
		Args:    oneBackup,
		RunE: func(cmd *cobra.Command, args []string) error {
			bar := p.startProgress("恢复")
			defer bar.finish()
			r, err := p.app.RestoreBackup(cmd.Context(), args[0], bar.watch)
			if err != nil {
				return err
			}
			bar.finish()
			return p.printBackup("已恢复到 "+p.dataDir, r, asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出汇总")
	return cmd
}

func oneBackup(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return usage("要写一个备份文件的路径")
	}
	return nil
}

func (p *program) printBackup(what string, r app.BackupResult, asJSON bool) error {
	if asJSON {
		return p.printJSON(r)
	}
	p.printBackupLine(what, r)
	return nil
}

func (p *program) printBackupLine(what string, r app.BackupResult) {
	fmt.Fprintf(p.out, "%s：%s，%s 备份，%d 个文件共 %.1f MB；评论 %d 行，命中 %d 行\n", what, r.File,
		r.Made.Format(chaping.Minute), r.Parts, float64(r.Bytes)/1e6, r.Rows["reviews"], r.Rows["mentions"])
}
