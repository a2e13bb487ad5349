package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/store/engine"
)

func (p *program) doctorCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "检查运行环境", Long: "逐项检查运行所需的条件，说明缺什么、怎么补。不改动任何数据（数据目录不存在时会创建）。", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runDoctor(cmd.Context(), asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

// finding is the outcome of one check.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (p *program) runDoctor(ctx context.Context, asJSON bool) error {
	var findings []finding
	for _, c := range []struct {
		name  string
		check func(context.Context) (string, error)
	}{
		{"内嵌引擎", p.checkEngine},
		{"数据目录", p.checkDataDir},
		{"数据库", p.checkStore},
		{"词库与挖掘", p.checkMiner},
		{"节假日数据", p.checkCalendar},
	} {
		detail, err := c.check(ctx)
		if err != nil {
			detail = err.Error()
		}
		findings = append(findings, finding{c.name, err == nil, detail})
		if !asJSON {
			mark := "✓"
			if err != nil {
				mark = "✗"
			}
			fmt.Fprintf(p.out, "%s %s：%s\n", mark, c.name, detail)
		}
	}
	if asJSON {
		if err := p.printJSON(findings); err != nil {
			return err
		}
	}
	failed := 0
	for _, f := range findings {
		if !f.OK {
			failed++
		}
	}
	if failed > 0 {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: fmt.Sprintf("有 %d 项检查没有通过", failed), Remedy: "按上面的说明处理后重新运行 chaping doctor"}
	}
	return nil
}

func (p *program) checkEngine(context.Context) (string, error) {
	dsn, err := p.storeDSN()
	if err != nil {
		return "", err
	}
	if dsn != "" {
		return "未使用（已指定 ClickHouse 服务器）", nil
	}
	path, err := engine.Locate()
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(path); err != nil {
		return "", &chaping.Error{Code: chaping.CodeEnvironment, Message: "没有找到 " + path, Remedy: "在源码目录运行 make engine 下载，或用环境变量 CHAPING_ENGINE 指明库文件，或用 --store 改用 ClickHouse 服务器"}
	}
	return "libchdb " + engine.Package + "，" + path, nil
}

func (p *program) checkDataDir(context.Context) (string, error) {
	dir, err := filepath.Abs(p.dataDir)
	if err != nil {
		return "", err
	}
	fail := func(err error) (string, error) {
		return "", &chaping.Error{Code: chaping.CodeEnvironment, Message: "数据目录 " + dir + " 不可写", Err: err, Remedy: "用 --data 换一个目录，或改正权限"}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fail(err)
	}
	f, err := os.CreateTemp(dir, ".doctor-*")
	if err != nil {
		return fail(err)
	}
	if err := errors.Join(f.Close(), os.Remove(f.Name())); err != nil {
		return fail(err)
	}
	return dir + " 可写", nil
}

func (p *program) checkStore(ctx context.Context) (string, error) {
	s, err := p.openStore(ctx)
	if err != nil {
		return "", err
	}
	defer s.Close()
	n, err := s.ReviewCount(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("可用，存有评论 %d 条", n), nil
}

func (p *program) checkMiner(context.Context) (string, error) {
	miner, _, err := p.miner("")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("词条 %d 个，自检通过，版本 %s", len(miner.Dictionary().Terms), miner.Version()), nil
}

func (p *program) checkCalendar(context.Context) (string, error) {
	calendar, err := p.calendar()
	if err != nil {
		return "", err
	}
	due := calendar.Due(chaping.PeriodOf(p.now()))
	detail := fmt.Sprintf("有 %d 年至 %d 年；本期截止日 %s", calendar.Years()[0], calendar.Years()[len(calendar.Years())-1], chaping.ChineseDate(due.Day))
	if note := due.Note(); note != "" {
		detail += "（" + note + "）"
	}
	return detail, nil
}
