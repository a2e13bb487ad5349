package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/store"
)

// describeBacklog words what waits; empty when nothing does.
func (p *program) describeBacklog() (string, error) {
	b, err := p.app.Backlog()
	if err != nil {
		return "", err
	}
	text := ""
	if b.Segments > 0 {
		text = fmt.Sprintf(
			"有 %d 个暂存文件、%d 字节没有写入数据库，最早的写于 %s",
			b.Segments,
			b.Bytes,
			b.Oldest.In(chaping.Shanghai()).Format(time.DateTime),
		)
	}
	if b.Damaged > 0 {
		if text != "" {
			text += "；"
		}
		text += fmt.Sprintf("有 %d 个损坏的暂存文件（*.damaged）", b.Damaged)
	}
	return text, nil
}

// drainRemedy says what to do about what waits.
const drainRemedy = "数据库可用后运行 chaping store drain；损坏的文件，重新导入或采集后可删除"

// warnOfBacklog says what waits, if anything.
func (p *program) warnOfBacklog(about string) error {
	waits, err := p.describeBacklog()
	if waits != "" {
		fmt.Fprintf(p.err, "%s%s。处理办法：%s\n", about, waits, drainRemedy)
	}
	return err
}

func (p *program) checkSpool(context.Context) (string, error) {
	text, err := p.describeBacklog()
	switch {
	case err != nil:
		return "", err
	case text != "":
		return "", &chaping.Error{Code: chaping.CodeEnvironment, Message: text, Remedy: drainRemedy}
	}
	return "没有等待写入的批次", nil
}

func (p *program) storeDrainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "drain", Short: "把数据库不可用时暂存的批次写入数据库", Args: noArgs,
		Long: "导入、采集时数据库不可用，读到的批次暂存在数据目录的 spool 中，恢复后自动写入。\n" +
			"程序在恢复之前已结束的，用本命令写入。可反复运行，不丢不重；别的进程正在写的暂存文件留给它自己。",
		RunE: func(cmd *cobra.Command, _ []string) error {
			batches := 0
			err := p.onStore(cmd.Context(), "写入", func(s *store.Store, _ func(string)) error {
				waiting, err := p.app.Spool(cmd.Context())
				if err != nil {
					return err
				}
				batches, err = waiting.Drain(cmd.Context())
				return err
			})
			if err != nil {
				return err
			}
			fmt.Fprintf(p.out, "已写入暂存的 %d 个批次\n", batches)
			return nil
		},
	}
}
