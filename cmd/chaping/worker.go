package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chaping/app"
)

// queueFlags say where the queues of collections are kept.
func queueFlags(f *pflag.FlagSet, q *app.Queues) {
	f.StringVar(&q.Redis, "redis", "", "多台机器共用的采集队列 redis://用户:密码@主机:6379/0；不写则用数据目录中的 frontier.db（环境变量 CHAPING_REDIS）")
	f.BoolVar(&q.Volatile, "redis-volatile", false, "允许使用不持久化的 Redis（重启后采集从头开始，仅供试用）")
}

func (p *program) workerCommand() *cobra.Command {
	var r app.WorkRequest
	cmd := &cobra.Command{
		Use: "worker", Short: "分担别的机器上开始的采集",
		Long: "与别的进程共用 Redis 中的采集队列和 ClickHouse 服务器：有采集在进行就参加，没有就等着。\n" +
			"对一个站点的频率限制由所有进程共同遵守。任何一个进程随时可以停止或被杀，其余的接着做，不丢不重。\n" +
			"站点配置中用到的环境变量（${名称}）要在本机设好。按 Ctrl+C 停止。",
		Example: "  chaping worker --redis redis://10.0.0.2:6379/0 --store clickhouse://10.0.0.3:9000/chaping",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runWorker(cmd.Context(), r) },
	}
	f := cmd.Flags()
	f.IntVar(&r.Workers, "workers", 8, "本进程同时处理的页面数")
	f.BoolVar(&r.Once, "once", false, "没有进行中的采集时退出，不再等待")
	queueFlags(f, &r.Queues)
	return cmd
}

func (p *program) runWorker(ctx context.Context, r app.WorkRequest) error {
	bar := p.startProgress("采集")
	defer bar.finish()
	r.Joined = func(run string) { fmt.Fprintf(p.out, "参加采集 %s\n", run) }
	r.Left = func(s app.CollectedSource) {
		bar.finish()
		p.printCollected(s.Report)
	}
	return p.app.Work(ctx, r, bar.watch)
}
