package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"os"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"chaping"
	"chaping/crawler/frontier"
)

// Queues say where collections keep the pages that are still to be read.
type Queues struct {
	Redis    string // a server that several machines share; empty: that of the Config, or a file of the data directory
	Volatile bool   // the server may lose what it holds
}

// queues are the queues of collections: in a file of the data directory, or
// in a Redis server where other processes find them.
type queues struct {
	open  frontier.Opener
	board *frontier.Board // nil without Redis
	close func()
}

func (a *App) openQueues(q Queues) (*queues, error) {
	address := cmp.Or(q.Redis, a.Redis)
	if address == "" {
		if err := os.MkdirAll(a.Dir, 0o700); err != nil {
			return nil, &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: "数据目录 " + a.Dir + " 不可写",
				Err:     err,
				Advice:  chaping.Advice{Code: chaping.AdviceDataDir},
			}
		}
		return &queues{open: frontier.SQLite(a.Path("frontier.db"), a.Now), close: func() {}}, nil
	}
	client, err := redisClient(address)
	if err != nil {
		return nil, err
	}
	if a.DSN == "" {
		return nil, errors.Join(
			client.Close(),
			&chaping.Error{
				Code:    chaping.CodeUsage,
				Message: "与别的机器分担采集时，要有共用的 ClickHouse 服务器",
				Advice:  chaping.Advice{Code: chaping.AdviceShareStore},
			},
		)
	}
	return &queues{
		open:  frontier.Redis(client, frontier.RedisOptions{Volatile: q.Volatile}),
		board: frontier.NewBoard(client),
		close: func() { _ = client.Close() },
	}, nil
}

func redisClient(address string) (*redis.Client, error) {
	options, err := redis.ParseURL(address)
	if err != nil { // never with the cause: it may quote the password
		return nil, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "Redis 地址无法识别",
			Remedy:  "写成 redis://用户:密码@主机:6379/0 的形式；密码中的特殊字符要用百分号编码",
		}
	}
	logging.Disable() // what it would print comes back as errors
	return redis.NewClient(options), nil
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
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "无法访问 Redis",
		Err:     err,
		Remedy:  "检查地址、口令和网络，确认 Redis 已启动",
	}
}
