package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
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
		{"暂存", p.checkSpool},
		{"词库与挖掘", p.checkMiner},
		{"节假日数据", p.checkCalendar},
		{"计划", p.checkSchedule},
		{"通知", p.checkOutbox},
	} {
		detail, err := c.check(ctx)
		if err != nil {
			detail = chaping.Explain(err, wordAdvice)
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
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("有 %d 项检查没有通过", failed),
			Remedy:  "按上面的说明处理后重新运行 chaping doctor",
		}
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
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "没有找到 " + path,
			Remedy:  "在源码目录运行 make engine 下载，或用环境变量 CHAPING_ENGINE 指明库文件，或用 --store 改用 ClickHouse 服务器",
		}
	}
	return "libchdb " + engine.Package + "，" + path, nil
}

func (p *program) checkDataDir(context.Context) (string, error) {
	dir, err := filepath.Abs(p.dataDir)
	if err != nil {
		return "", err
	}
	fail := func(err error) (string, error) {
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "数据目录 " + dir + " 不可写",
			Err:     err,
			Remedy:  "用 --data 换一个目录，或改正权限",
		}
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
	s, err := p.app.Store(ctx)
	if err != nil {
		return "", err
	}
	n, err := s.ReviewCount(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("可用，存有评论 %d 条", n), nil
}

func (p *program) checkMiner(ctx context.Context) (string, error) {
	miner, _, err := p.miner(ctx, "")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("词条 %d 个，自检通过，版本 %s", len(miner.Dictionary().Terms), miner.Version()), nil
}

func (p *program) checkCalendar(context.Context) (string, error) {
	calendar, err := p.app.Calendar()
	if err != nil {
		return "", err
	}
	due := calendar.Due(chaping.PeriodOf(p.now()))
	detail := fmt.Sprintf(
		"有 %d 年至 %d 年；本期截止日 %s",
		calendar.Years()[0],
		calendar.Years()[len(calendar.Years())-1],
		chaping.ChineseDate(due.Day),
	)
	if note := due.Note(); note != "" {
		detail += "（" + note + "）"
	}
	return detail, nil
}

// overdueAfter is how late a planned run or a message may be before something
// is wrong: the scheduler looks at the clock every few seconds.
const overdueAfter = 10 * time.Minute

// onStation calls f with the station's decisions, unless there are none yet:
// a check makes no database.
func (p *program) onStation(ctx context.Context, f func(*station.DB) error) error {
	if _, err := os.Stat(filepath.Join(p.dataDir, "station.db")); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	return p.withStation(ctx, f)
}

func (p *program) checkSchedule(ctx context.Context) (string, error) {
	plans, err := p.app.Plans(ctx)
	if err != nil {
		return "", err
	}
	if _, err := p.app.MonthlyWatches(); err != nil {
		return "", err
	}
	planned := 0
	var wrong []string
	for _, plan := range plans {
		if !plan.Planned || plan.Off || plan.NotHere {
			continue
		}
		if planned++; plan.Next.Before(p.now().Add(-overdueAfter)) {
			wrong = append(
				wrong,
				fmt.Sprintf("计划“%s”本应在 %s 运行，没有进程在调度", plan.Name, plan.Next.Format(chaping.Minute)),
			)
		}
	}
	err = p.onStation(ctx, func(d *station.DB) error {
		runs, err := d.Runs(ctx, "", 100)
		for _, r := range runs {
			if r.Finished == nil && r.Error != "" {
				wrong = append(
					wrong,
					fmt.Sprintf(
						"计划“%s”%s 的运行失败 %d 次：%s",
						r.Job,
						r.Slot.In(chaping.Shanghai()).Format(chaping.Minute),
						r.Attempts,
						chaping.Shorten(r.Error, 80),
					),
				)
			}
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case len(wrong) > 0:
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: strings.Join(wrong, "；"),
			Remedy:  "运行 chaping schedule start；失败的原因见 chaping schedule history",
		}
	case planned == 0:
		return fmt.Sprintf("%d 个，还没有开始调度（打开门户 chaping serve，或 chaping schedule start）", len(plans)), nil
	}
	return fmt.Sprintf("%d 个，都按时", len(plans)), nil
}

func (p *program) checkOutbox(ctx context.Context) (string, error) {
	channels, err := p.app.Channels()
	if err != nil {
		return "", err
	}
	waiting, late, stopped := 0, 0, 0
	err = p.onStation(ctx, func(d *station.DB) error {
		messages, err := d.Outbox(ctx, false, 10_000)
		for _, m := range messages {
			switch {
			case m.Stopped:
				stopped++
			case m.Created.Before(p.now().Add(-time.Hour)):
				late++
			default:
				waiting++
			}
		}
		return err
	})
	switch {
	case err != nil:
		return "", err
	case late+stopped > 0:
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("%d 条通知一小时以上没有发出，%d 条已停发", late, stopped),
			Remedy:  "原因见 chaping notify outbox；chaping notify test 试渠道，chaping notify retry 重发",
		}
	case len(channels.Channels) == 0:
		return "没有配置渠道，提醒和重要风险信息不会发出（样例 configs/notify.yaml）", nil
	}
	return fmt.Sprintf("渠道 %d 个，待发 %d 条", len(channels.Channels), waiting), nil
}
