package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/station"
	"chaping/station/oidc"
	"chaping/store/engine"
	"chaping/store/spool"
)

func (p *program) doctorCommand() *cobra.Command {
	var asJSON, fix bool
	cmd := &cobra.Command{
		Use: "doctor", Short: "检查运行环境，修复能安全修复的",
		Long: "逐项检查运行所需的条件，说明缺什么、怎么补。不改动任何数据（数据目录不存在时会创建）。\n" +
			"--fix 先修复不会丢东西的：数据目录和其中的数据库别人可读、被杀的进程留下的临时文件和半个备份、暂存而没有写入数据库的批次，\n" +
			"逐条说明修复之前怎样、之后怎样，再检查。没有做完的数据库升级，打开数据库时自动接着做；锁随进程结束，不用清理。",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return p.runDoctor(cmd.Context(), fix, asJSON) },
	}
	cmd.Flags().BoolVar(&fix, "fix", false, "修复能安全修复的")
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

// finding is the outcome of one check.
type finding struct {
	Check  string `json:"check"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

func (p *program) runDoctor(ctx context.Context, fix, asJSON bool) error {
	if fix {
		if err := p.mend(ctx, asJSON); err != nil {
			return err
		}
	}
	findings := p.examine(ctx, func(f finding) {
		if asJSON {
			return
		}
		mark := "✓"
		if !f.OK {
			mark = "✗"
		}
		fmt.Fprintf(p.out, "%s %s：%s\n", mark, f.Check, f.Detail)
	})
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

// examine makes all checks and tells each when it is done.
func (p *program) examine(ctx context.Context, each func(finding)) (findings []finding) {
	for _, c := range []struct {
		name  string
		check func(context.Context) (string, error)
	}{
		{"内嵌引擎", p.checkEngine},
		{"数据目录", p.checkDataDir},
		{"数据库", p.checkStore},
		{"暂存", p.checkSpool},
		{"导入", p.checkImports},
		{"遗留", p.checkFaults},
		{"词库与挖掘", p.checkMiner},
		{"重要风险信息规则", p.checkUrgentRules},
		{"节假日数据", p.checkCalendar},
		{"计划", p.checkSchedule},
		{"通知", p.checkOutbox},
		{"统一登录", p.checkProvider},
		{"https 证书", p.checkCertificate},
	} {
		detail, err := c.check(ctx)
		if err != nil {
			detail = chaping.Explain(err, wordAdvice)
		}
		f := finding{c.name, err == nil, detail}
		findings = append(findings, f)
		each(f)
	}
	return findings
}

// mend mends what can be mended without losing anything, and says of each what
// was and what is.
func (p *program) mend(ctx context.Context, quiet bool) error {
	var out io.Writer = p.out
	if quiet {
		out = p.err
	}
	faults, err := p.app.Faults()
	if err != nil {
		return err
	}
	for _, f := range faults {
		was, is := wordFault(f)
		fmt.Fprintf(out, "• %s", was)
		if err := p.app.Mend(ctx, f); err != nil {
			fmt.Fprintf(out, "  → 没有修复：%s\n", chaping.Explain(err, wordAdvice))
			continue
		}
		fmt.Fprintf(out, "  → %s\n", is)
	}
	if len(faults) == 0 {
		fmt.Fprintln(out, "没有要修复的")
	}
	return nil
}

// wordFault says what a fault is and what it is after it was mended.
func wordFault(f app.Fault) (was, is string) {
	switch f.Kind {
	case app.FaultOpen:
		return fmt.Sprintf("%s 别人可读（权限 %o）", f.Path, f.Mode), fmt.Sprintf("权限 %o", f.Mode&0o700)
	case app.FaultLeftover:
		return f.Path + " 是一天以前的临时文件", "已删除"
	case app.FaultBackup:
		return f.Path + " 是没有做完的备份留下的", "已删除"
	}
	return fmt.Sprintf("%s 里有 %d 字节没有写入数据库", f.Path, f.Size), "已写入"
}

// checkFaults looks for what can be mended; what waits in the spool has a check
// of its own.
func (p *program) checkFaults(context.Context) (string, error) {
	faults, err := p.app.Faults()
	if err != nil {
		return "", err
	}
	var list []string
	for _, f := range faults {
		if was, _ := wordFault(f); f.Kind != app.FaultSpool {
			list = append(list, was)
		}
	}
	if len(list) > 0 {
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: strings.Join(list, "；"),
			Remedy:  "运行 chaping doctor --fix",
		}
	}
	return "没有临时文件，权限正确", nil
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
		if engine.Full(err) {
			return "", engine.Unwritable(dir, err)
		}
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
	_, err = f.Write(make([]byte, 64<<10)) // on a full disk a file can be made, but not filled
	if err := errors.Join(err, f.Sync(), f.Close(), os.Remove(f.Name())); err != nil {
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
	detail := fmt.Sprintf("可用，存有评论 %d 条", n)
	beside := p.app.EmbeddedBeside()
	switch {
	case beside == 0:
	case n == 0:
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("这个 ClickHouse 服务器里没有评论，数据目录里还有内嵌引擎的数据（%.1f MB），它们没有搬过来", float64(beside)/1e6),
			Remedy:  "把原来的文件在服务器上再导入一次，见说明“数据放在哪里”；仍用原来的数据，去掉 --store 和 CHAPING_STORE",
		}
	default:
		detail += fmt.Sprintf("；数据目录里另有内嵌引擎的数据（%.1f MB），现在不用", float64(beside)/1e6)
	}
	return detail, nil
}

// checkImports looks for imports that were begun and are not there as a whole.
func (p *program) checkImports(ctx context.Context) (string, error) {
	lacks, err := p.app.Unfinished(ctx, chaping.Period{})
	if err != nil {
		return "", err
	}
	if lacks.Waiting = (spool.Backlog{}); len(lacks.Imports) == 0 { // which has a check of its own
		return "都已做完", nil
	}
	return "", &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: strings.Join(lacks.Lines(), "；"),
		Advice:  chaping.Advice{Code: chaping.AdviceUnfinished},
	}
}

func (p *program) checkMiner(ctx context.Context) (string, error) {
	miner, _, err := p.miner(ctx, "")
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("词条 %d 个，自检通过，版本 %s", len(miner.Dictionary().Terms), miner.Version()), nil
}

func (p *program) checkUrgentRules(ctx context.Context) (string, error) {
	rules, err := p.app.UrgentRules(ctx)
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%d 条", len(rules.Rules)), nil
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
		if plan.Problem != "" && !plan.Off && !plan.NotHere {
			wrong = append(wrong, fmt.Sprintf("计划“%s”：%s", plan.Name, plan.Problem))
		}
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

// checkProvider asks the identity provider whether it is the one that the
// configuration means.
func (p *program) checkProvider(ctx context.Context) (string, error) {
	c, err := p.app.IdentityProvider()
	switch {
	case err != nil:
		return "", err
	case c == nil:
		return "没有启用，用密码登录（样例 configs/oidc.example.yaml）", nil
	}
	if err := oidc.New(*c, "", p.now).Check(ctx); err != nil {
		return "", err
	}
	return c.Name + "（" + c.Issuer + "）可用", nil
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
		return "没有配置渠道，提醒和重要风险信息不会发出（样例 configs/notify.example.yaml）", nil
	}
	return fmt.Sprintf("渠道 %d 个，待发 %d 条", len(channels.Channels), waiting), nil
}
