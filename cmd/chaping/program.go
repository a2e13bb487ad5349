package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net/url"
	"os"
	"os/signal"
	"os/user"
	"reflect"
	"runtime/debug"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/lmittmann/tint"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"golang.org/x/term"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/station"
	"chaping/store/backup"
	"chaping/web"
)

// program is what all commands share: the streams, the clock and the flags
// that every command understands.
type program struct {
	in  io.Reader
	out *report.Output
	err io.Writer
	now func() time.Time
	log *slog.Logger

	dataDir string
	dsn     string
	verbose bool

	app *app.App // on the data directory that the flags name

}

const exitCodes = `退出码：
  0    完成
  1    程序内部错误
  2    命令用法错误
  3    输入不可用（文件、参数内容）
  4    环境问题（缺引擎、目录不可写、端口被占、数据被别的进程占用）
  5    已完成，但有部分输入被拒收或部分页面未取到
  130  被中断（已完成的部分保留，重新运行即可继续）`

// limitGarbage has garbage collected as often as it takes to stay below so many
// bytes of memory, unless the environment says how much there may be: a large sheet
// must not double what it holds. Where more is held than that it would be collected
// all the time. Below it, collecting more seldom than at every doubling saves no
// time, and took 0.4 GiB more.
func limitGarbage(most int64) {
	if os.Getenv("GOGC") == "" && os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(most)
	}
}

// run runs one command line and returns the exit code.
func run(args []string, in io.Reader, out, errw io.Writer) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second signal ends the program at once
	p := &program{in: in, out: &report.Output{Writer: out}, err: errw, now: clock()}
	limitGarbage(600 << 20)
	err := p.execute(ctx, args)
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		fmt.Fprintln(errw, "已中断；已完成的部分保留，重新运行即可继续。")
		return 130
	}
	fmt.Fprintln(errw, "错误："+chaping.Explain(err, wordAdvice))
	return exitCode(err)
}

// execute runs one command line and closes all that it opened.
func (p *program) execute(ctx context.Context, args []string) error {
	root := p.command()
	root.SetArgs(args)
	root.InitDefaultHelpCmd()
	if _, _, err := root.Find(args); err != nil {
		name := ""
		if parts := strings.Split(err.Error(), `"`); len(parts) > 1 { // cobra keeps it nowhere else
			name = parts[1]
		}
		text := "没有命令“" + chaping.Shorten(name, 40) + "”"
		if like := root.SuggestionsFor(name); len(like) > 0 {
			text += "，也许是 " + strings.Join(like, "、")
		}
		return errors.Join(usage("%s", text), p.close())
	}
	return errors.Join(p.written(root.ExecuteContext(ctx)), p.close())
}

// written is what a command came to whose output may not have been written whole,
// which no command needs to look for.
func (p *program) written(err error) error {
	if p.out.Err == nil {
		return err
	}
	lost := &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "输出没有写完",
		Err:     p.out.Err,
		Remedy:  "检查磁盘是否已满、输出能不能写，再运行一次；已经做了的不会重复",
	}
	if errors.Is(err, p.out.Err) && exitCode(err) == int(chaping.CodeInternal) {
		return lost
	}
	return errors.Join(lost, err)
}

// shownOnce prints what is kept nowhere, and says how to replace it when it was not
// written.
func (p *program) shownOnce(remedy, format string, args ...any) error {
	fmt.Fprintf(p.out, format, args...)
	if p.out.Err == nil {
		return nil
	}
	return &chaping.Error{Code: chaping.CodeEnvironment, Message: "只显示一次的内容没有写出来", Remedy: remedy}
}

// clock is the wall clock, or one that starts at the moment in CHAPING_NOW
// (RFC 3339), with which an operator repeats what was done on a past day.
func clock() func() time.Time {
	if t, err := time.Parse(time.RFC3339, os.Getenv("CHAPING_NOW")); err == nil {
		shift := time.Until(t)
		return func() time.Time { return time.Now().Add(shift) }
	}
	return time.Now
}

func exitCode(err error) int {
	var e *chaping.Error
	var input *chaping.InputError
	switch {
	case errors.As(err, &e):
		return int(e.Code)
	case errors.As(err, &input):
		return int(chaping.CodeInput)
	}
	return int(chaping.CodeInternal)
}

// usage is an error in how a command was called.
func usage(format string, args ...any) error {
	return &chaping.Error{Code: chaping.CodeUsage, Message: fmt.Sprintf(format, args...), Remedy: "加 --help 查看用法"}
}

func (p *program) command() *cobra.Command {
	root := &cobra.Command{
		Use:   "chaping",
		Short: "从电商评论中发现产品质量安全风险，生成监测站报送表",
		Long: "chaping（差评）采集商品与评论，按风险词库统计差评，生成《上海市产品质量安全风险信息报送表》。\n" +
			"数据流向：采集或导入 → 存储 → 挖掘 → 计数 → 报送表。每一步都可中断，重新运行结果不变。\n\n" + exitCodes,
		SilenceUsage: true, SilenceErrors: true,
		PersistentPreRunE: func(cmd *cobra.Command, args []string) error {
			level := slog.LevelWarn
			if p.verbose {
				level = slog.LevelDebug
			}
			cmd.SetContext(station.WithAct(cmd.Context(), commandAct(cmd, args)))
			p.log = p.logger(level)
			if err := notNegative(cmd.Flags()); err != nil {
				return err
			}
			if cmd.Name() == "restore" {
				return p.open()
			}
			if err := backup.Whole(p.dataDir); err != nil {
				return p.foreign(err)
			}
			return p.open()
		},
	}
	root.SetIn(p.in)
	root.SetOut(p.out)
	root.SetErr(p.err)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usage("参数有误：%v", err) })
	root.CompletionOptions.DisableDefaultCmd = true
	root.SetHelpCommand(
		&cobra.Command{Use: "help [命令]", Short: "查看命令的帮助", RunE: func(cmd *cobra.Command, args []string) error {
			c, _, err := cmd.Root().Find(args)
			if err != nil {
				return usage("没有这个命令：%s", strings.Join(args, " "))
			}
			return c.Help()
		}},
	)
	root.SetUsageTemplate(usageTemplate)
	flags := root.PersistentFlags()
	flags.StringVar(&p.dataDir, "data", envOr("CHAPING_DATA", "data"), "数据目录（环境变量 CHAPING_DATA）")
	flags.StringVar(
		&p.dsn,
		"store",
		"",
		"ClickHouse 服务器 clickhouse://用户:密码@主机:9000/库，集群再加 ?cluster=集群名；不写则用内嵌引擎（环境变量 CHAPING_STORE，或 CHAPING_STORE_FILE 指向存放它的文件）",
	)
	flags.BoolVarP(&p.verbose, "verbose", "v", false, "显示详细日志")
	flags.BoolP("help", "h", false, "查看帮助")
	for _, c := range []*cobra.Command{
		p.demoCommand(), p.collectCommand(), p.workerCommand(), p.siteCommand(), p.runsCommand(), p.evidenceCommand(), p.importCommand(), p.mineCommand(), p.reportCommand(), p.leadsCommand(), p.hiddenCommand(), p.queryCommand(), p.dictCommand(),
		p.periodCommand(), p.calendarCommand(), p.scheduleCommand(), p.reviewCommand(), p.learnCommand(), p.urgentCommand(), p.notifyCommand(), p.serveCommand(), p.accountCommand(), p.tokenCommand(), p.submitCommand(), p.auditCommand(), p.evalCommand(), p.trainCommand(), p.mallCommand(), p.storeCommand(), p.backupCommand(), p.restoreCommand(), p.benchCommand(), p.guideCommand(), p.doctorCommand(), p.supportCommand(), p.completionCommand(), p.versionCommand(),
	} {
		c.Flags().BoolP("help", "h", false, "查看帮助")
		root.AddCommand(c)
	}
	return root
}

// commandAct is what the audit log says of a command: what it is about, and how
// it was asked for. Passwords in addresses are left out.
func commandAct(cmd *cobra.Command, args []string) *station.Act {
	redacted := func(value string) string {
		if u, err := url.Parse(value); err == nil && u.User != nil {
			return u.Redacted()
		}
		return value
	}
	var what, how []string
	for _, a := range args {
		what = append(what, redacted(a))
	}
	cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
		if f.Changed {
			how = append(how, "--"+f.Name+" "+redacted(f.Value.String()))
		}
	})
	return &station.Act{
		Who:    operator() + "（命令行）",
		Action: cmd.CommandPath(),
		Object: chaping.Shorten(strings.Join(what, " "), 200),
		Detail: chaping.Shorten(strings.Join(how, " "), 500),
	}
}

// notNegative refuses numbers below zero: none of the flags means anything by them.
func notNegative(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(f *pflag.Flag) {
		if f.Value.Type() == "int" && strings.HasPrefix(f.Value.String(), "-") {
			err = usage("--%s 不能是负数", f.Name)
		}
	})
	return err
}

// noArgs refuses stray arguments in Chinese.
func noArgs(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("“%s”不认识参数“%s”", cmd.CommandPath(), args[0])
	}
	return nil
}

// storeDSN is the server that the flag or the environment names; empty means
// the embedded engine.
func (p *program) storeDSN() (string, error) {
	if p.dsn != "" {
		return p.dsn, nil
	}
	if dsn := os.Getenv("CHAPING_STORE"); dsn != "" {
		return dsn, nil
	}
	file := os.Getenv("CHAPING_STORE_FILE")
	if file == "" {
		return "", nil
	}
	secret, err := os.ReadFile(file)
	if err != nil {
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "读不出 CHAPING_STORE_FILE 指向的文件",
			Err:     err,
			Remedy:  "检查路径和权限",
		}
	}
	dsn := strings.TrimSpace(string(secret))
	if dsn == "" { // not the embedded engine: nobody names a file for that
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "CHAPING_STORE_FILE 指向的文件 " + file + " 是空的",
			Remedy:  "在里面写 ClickHouse 服务器的地址；要用内嵌引擎，去掉这个环境变量",
		}
	}
	return dsn, nil
}

// open makes the application on the data directory and the store that the flags
// name. The one before is closed.
func (p *program) open() error {
	dsn, err := p.storeDSN()
	if err != nil {
		return err
	}
	err = p.close()
	p.app = app.New(
		app.Config{
			Dir:     p.dataDir,
			DSN:     dsn,
			Redis:   os.Getenv("CHAPING_REDIS"),
			Version: buildVersion(),
			Now:     p.now,
			Log:     p.log,
			Shifted: os.Getenv("CHAPING_NOW") != "",
			Self:    self(),
			Warn:    func(m string) { fmt.Fprintln(p.err, "警告："+m) },
		},
	)
	return err
}

// logger writes for people, or, where CHAPING_LOG says json, for programs, with
// what happens in the ordinary course of things.
func (p *program) logger(level slog.Level) *slog.Logger {
	if os.Getenv("CHAPING_LOG") == "json" {
		return slog.New(web.LogHandler(slog.NewJSONHandler(p.err, &slog.HandlerOptions{Level: min(level, slog.LevelInfo)})))
	}
	options := &tint.Options{Level: level, NoColor: !isTerminal(p.err), TimeFormat: time.TimeOnly}
	return slog.New(web.LogHandler(tint.NewTextHandler(p.err, options)))
}

// self is the program's own file; "" where the system does not say.
func self() string {
	path, err := os.Executable()
	if err != nil {
		return ""
	}
	return path
}

// foreign words the error of opening a data directory that belongs to somebody
// else; any other is left as it is.
func (p *program) foreign(err error) error {
	if !errors.Is(err, fs.ErrPermission) {
		return err
	}
	owner := "别的用户"
	if info, statErr := os.Stat(p.dataDir); statErr == nil {
		if stat, ok := info.Sys().(*syscall.Stat_t); ok {
			if u, lookupErr := user.LookupId(strconv.FormatUint(uint64(stat.Uid), 10)); lookupErr == nil {
				owner = "用户 " + u.Username
			}
		}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path // what was being done with it does not matter
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "没有权限打开数据目录 " + p.dataDir + "，它属于" + owner,
		Err:     err,
		Remedy:  "用该用户运行（软件包安装的写 sudo chaping-admin 代替 chaping），或用 --data 换一个目录",
	}
}

func (p *program) close() error {
	if p.app == nil {
		return nil
	}
	return p.app.Close()
}

// warn shows an error with which the command goes on.
func (p *program) warn(err error) { fmt.Fprintln(p.err, chaping.Explain(err, wordAdvice)) }

func (p *program) printJSON(v any) error {
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if list := reflect.ValueOf(v); list.Kind() == reflect.Slice && list.IsNil() { // a list of nothing is a list
		v = []struct{}{}
	}
	return enc.Encode(v)
}

// period reads --period; empty means the one that is worked on now.
func (p *program) period(ctx context.Context, flag string) (chaping.Period, error) {
	if flag == "" {
		return p.app.CurrentPeriod(ctx)
	}
	period, err := chaping.ParsePeriod(flag)
	if err != nil {
		return chaping.Period{}, &chaping.Error{Code: chaping.CodeUsage, Message: err.Error()}
	}
	return period, nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

func envOr(name, fallback string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return fallback
}

const usageTemplate = `用法：{{if .Runnable}}
  {{.UseLine}}{{end}}{{if .HasAvailableSubCommands}}
  {{.CommandPath}} [命令]{{end}}{{if .HasExample}}

示例：
{{.Example}}{{end}}{{if .HasAvailableSubCommands}}

命令：{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding }} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

参数：
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableInheritedFlags}}

通用参数：
{{.InheritedFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}{{if .HasAvailableSubCommands}}

用“{{.CommandPath}} [命令] --help”查看某个命令的详情。{{end}}
`
