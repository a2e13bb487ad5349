package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"chaping"
	"chaping/crawler/frontier"
)

// queueOptions say where the queues of collections are kept.
type queueOptions struct {
	redis    string
	volatile bool
}

func (o *queueOptions) flags(f *pflag.FlagSet) {
	f.StringVar(&o.redis, "redis", "", "多台机器共用的采集队列 redis://用户:密码@主机:6379/0；不写则用数据目录中的 frontier.db（环境变量 CHAPING_REDIS）")
	f.BoolVar(&o.volatile, "redis-volatile", false, "允许使用不持久化的 Redis（重启后采集从头开始，仅供试用）")
}

// queues are the queues of collections: in a file of the data directory, or
// in a Redis server where other processes find them.
type queues struct {
	open  frontier.Opener
	board *frontier.Board // nil without Redis
	close func()
}

func (p *program) openQueues(o queueOptions) (*queues, error) {
	address := o.redis
	if address == "" {
		address = os.Getenv("CHAPING_REDIS")
	}
	if address == "" {
		if err := os.MkdirAll(p.dataDir, 0o700); err != nil {
			return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "数据目录 " + p.dataDir + " 不可写", Err: err, Remedy: "用 --data 换一个目录，或改正权限"}
		}
		return &queues{open: frontier.SQLite(filepath.Join(p.dataDir, "frontier.db"), p.now), close: func() {}}, nil
	}
	options, err := redis.ParseURL(address)
	if err != nil { // never with the cause: it may quote the password
		return nil, &chaping.Error{Code: chaping.CodeUsage, Message: "Redis 地址无法识别", Remedy: "写成 redis://用户:密码@主机:6379/0 的形式；密码中的特殊字符要用百分号编码"}
	}
	if dsn, err := p.storeDSN(); err != nil || dsn == "" {
		return nil, errors.Join(err, usage("用 --redis 与别的机器分担时，要用 --store 写明共用的 ClickHouse 服务器"))
	}
	logging.Disable() // what it would print comes back as errors
	client := redis.NewClient(options)
	return &queues{
		open:  frontier.Redis(client, frontier.RedisOptions{Volatile: o.volatile}),
		board: frontier.NewBoard(client),
		close: func() { _ = client.Close() },
	}, nil
}

// post announces a collection to other workers.
func (q *queues) post(ctx context.Context, n notice) error {
	if q.board == nil {
		return nil
	}
	text, err := json.Marshal(n)
	if err != nil {
		return err
	}
	return unreachable(q.board.Post(ctx, n.Run, text))
}

func (q *queues) withdraw(ctx context.Context, run string) error {
	if q.board == nil {
		return nil
	}
	return unreachable(q.board.Withdraw(ctx, run))
}

func unreachable(err error) error {
	if err == nil {
		return nil
	}
	return &chaping.Error{Code: chaping.CodeEnvironment, Message: "无法访问 Redis", Err: err, Remedy: "检查地址、口令和网络，确认 Redis 已启动"}
}

type workerOptions struct {
	queue   queueOptions
	workers int
	once    bool
}

func (p *program) workerCommand() *cobra.Command {
	var o workerOptions
	cmd := &cobra.Command{
		Use: "worker", Short: "分担别的机器上开始的采集",
		Long: "与别的进程共用 Redis 中的采集队列和 ClickHouse 服务器：有采集在进行就参加，没有就等着。\n" +
			"对一个站点的频率限制由所有进程共同遵守。任何一个进程随时可以停止或被杀，其余的接着做，不丢不重。\n" +
			"站点配置中用到的环境变量（${名称}）要在本机设好。按 Ctrl+C 停止。",
		Example: "  chaping worker --redis redis://10.0.0.2:6379/0 --store clickhouse://10.0.0.3:9000/chaping",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runWorker(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.workers, "workers", 8, "本进程同时处理的页面数")
	f.BoolVar(&o.once, "once", false, "没有进行中的采集时退出，不再等待")
	o.queue.flags(f)
	return cmd
}

// idle is how long a worker waits before it looks for work again.
const idle = 2 * time.Second

func (p *program) runWorker(ctx context.Context, o workerOptions) error {
	queues, err := p.openQueues(o.queue)
	if err != nil {
		return err
	}
	defer queues.close()
	if queues.board == nil {
		return usage("要用 --redis 写明共用的采集队列")
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}
	for {
		texts, err := queues.board.Notices(ctx)
		if err != nil {
			return unreachable(err)
		}
		var notices []notice
		for run, text := range texts {
			var n notice
			if err := json.Unmarshal([]byte(text), &n); err != nil || n.Run != run {
				p.log.Warn("不认识的采集，可能由别的版本的程序开始", "run", run)
				continue
			}
			notices = append(notices, n)
		}
		slices.SortFunc(notices, func(a, b notice) int { return a.Started.Compare(b.Started) })
		for _, n := range notices {
			fmt.Fprintf(p.out, "参加采集 %s\n", n.Run)
			r, err := p.collect(ctx, s, queues, n, o.workers)
			if err != nil {
				return err
			}
			p.printCollected(r)
		}
		if o.once {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(idle):
		}
	}
}
