package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"chaping"
	"chaping/store/engine"
)

// A cluster keeps every table in shards, each of them on several replicas.
// Tables of the plain name are Distributed over the shards' own, whose names
// end in localSuffix. Products are sharded, so that what belongs to a product
// is on one shard: FINAL, IN and counts of distinct reviews stay within it.
//
// Of a shard the first replica that answers is read and written, and what is
// confirmed is on all replicas that were there (insert_quorum). A replica that
// was away is not read before it has caught up: see settled.
type cluster struct {
	name, database string
	shards         []driver.Conn // of each shard, its first replica that answers
	replicas       int           // that confirm an insert
	writing        sync.Mutex    // with old servers
}

// localSuffix ends the names of a shard's own tables.
const localSuffix = "_local"

// wordSettings are settings that the statements need of a cluster. The protocol
// of old servers cannot send words: there they stand in the user's profile.
var wordSettings = map[string]string{"distributed_product_mode": "local", "load_balancing": "in_order"}

// joinCluster finds the shards and how to reach them. opts lead to one server
// of the cluster; its settings are those of the cluster afterwards.
func (s *Store) joinCluster(ctx context.Context, name string, opts *clickhouse.Options) error {
	type replica struct {
		shard   uint32
		address string
	}
	var replicas []replica
	err := s.query(ctx, "cluster", nil, []any{named("cluster", name)}, func(scan func(...any) error) error {
		var (
			r    replica
			host string
			port uint16
		)
		err := scan(&r.shard, &host, &port)
		r.address = net.JoinHostPort(host, fmt.Sprint(port))
		replicas = append(replicas, r)
		return err
	})
	if err != nil {
		return err
	}
	if len(replicas) == 0 {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("服务器 %s 上没有名为“%s”的集群", opts.Addr[0], chaping.Shorten(name, 60)),
			Remedy:  "改正地址中的 cluster=集群名，或在服务器的 remote_servers 中配置它，见 docs/cluster.md",
		}
	}
	opts.Settings["insert_distributed_sync"] = 1 // confirmed is stored
	opts.Settings["insert_deduplicate"] = 0      // rows may come twice; but a block that only a dead replica has must be written again
	if s.dialect.Since(20, 10) {
		opts.Settings["insert_quorum_parallel"] = 1
		for setting, value := range wordSettings {
			opts.Settings[setting] = value
		}
	} else {
		opts.Settings["prefer_localhost_replica"] = 0 // read without the network, FINAL fails there
		if err := s.checkProfile(ctx); err != nil {
			return err
		}
	}
	c := &cluster{name: name, database: opts.Auth.Database}
	for len(replicas) > 0 {
		shard := *opts
		shard.Addr = nil
		for _, r := range replicas {
			if r.shard == replicas[0].shard {
				shard.Addr = append(shard.Addr, r.address)
			}
		}
		replicas = replicas[len(shard.Addr):]
		if n := len(shard.Addr); c.replicas == 0 || n < c.replicas {
			c.replicas = n
		}
		conn, err := clickhouse.Open(&shard)
		if err != nil {
			return err
		}
		c.shards = append(c.shards, conn)
	}
	s.dialect.cluster = c
	if c.replicas > 1 {
		opts.Settings["insert_quorum"] = c.replicas
		opts.Settings["insert_quorum_timeout"] = int(quorumTimeout / time.Millisecond)
	}
	return nil
}

// checkProfile sees to settings that cannot be sent.
func (s *Store) checkProfile(ctx context.Context) error {
	for setting, want := range wordSettings {
		var value string
		err := s.query(
			ctx,
			"setting",
			nil,
			[]any{named("name", setting)},
			func(scan func(...any) error) error { return scan(&value) },
		)
		if err != nil {
			return err
		}
		if value != want {
			return &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: fmt.Sprintf("集群的用户设置 %s 为“%s”，应为“%s”", setting, value, want),
				Remedy:  "这个版本的 ClickHouse 要在每个节点的 users.xml 的 profile 里写这一项，见 docs/cluster.md；或升级 ClickHouse",
			}
		}
	}
	return nil
}

func (c *cluster) close() (err error) {
	for _, shard := range c.shards {
		err = errors.Join(err, shard.Close())
	}
	return err
}

// shards are the connections on which statements about a shard's own tables
// run: one without a cluster.
func (s *Store) shards() []driver.Conn {
	if s.dialect.cluster == nil {
		return []driver.Conn{s.conn}
	}
	return s.dialect.cluster.shards
}

// Codes of exceptions that pass: a server is lost, or has lost its keeper.
var passing = []int32{
	3,   // UNEXPECTED_END_OF_FILE
	32,  // ATTEMPT_TO_READ_AFTER_EOF
	203, // NO_FREE_CONNECTION
	209, // SOCKET_TIMEOUT
	210, // NETWORK_ERROR
	225, // NO_ZOOKEEPER
	242, // TABLE_IS_READ_ONLY: a replica without its keeper
	244, // UNEXPECTED_ZOOKEEPER_ERROR
	252, // TOO_MANY_PARTS: merging is behind
	279, // ALL_CONNECTION_TRIES_FAILED
	tooFewReplicas,
	quorumBefore,
	quorumUnknown,
	999,  // KEEPER_EXCEPTION
	1000, // POCO_EXCEPTION: of sockets, for the most part
}

// Exceptions of inserts that want a quorum.
const (
	tooFewReplicas = 285 // one is away
	quorumBefore   = 286 // an insert before is not on all replicas yet
	quorumUnknown  = 319 // written, but not known to be on all
)

// Away tells whether an error means that the database cannot be reached now:
// what was refused can be put again later as it is.
func Away(err error) bool {
	var (
		exception *clickhouse.Exception
		network   *net.OpError
	)
	switch {
	case err == nil, errors.Is(err, context.Canceled):
		return false
	case errors.As(err, &exception):
		return slices.Contains(passing, exception.Code)
	case errors.As(err, &network): // before deadlines: a dial that took too long counts as one
		return true
	case errors.Is(err, context.DeadlineExceeded):
		return false
	}
	return slices.ContainsFunc(lostConnection, func(lost error) bool { return errors.Is(err, lost) })
}

// lostConnection are errors of connections that are gone.
var lostConnection = []error{errAway, io.EOF, io.ErrUnexpectedEOF, net.ErrClosed,
	syscall.EPIPE, syscall.ECONNRESET, syscall.ECONNREFUSED, clickhouse.ErrAcquireConnTimeout}

// errAway is the cause where a replica is too far behind.
var errAway = errors.New("副本还没有追上数据")

// Lost tells whether a stage failed because a server of the cluster, or the
// process that had the embedded engine, was lost in the middle: run it again,
// others have taken over.
func (s *Store) Lost(err error) bool {
	if s.engine != nil {
		return errors.Is(err, engine.ErrLost) || Away(err)
	}
	return s.dialect.cluster != nil && Away(err)
}

const (
	quorumTimeout = 10 * time.Second
	firstPause    = 50 * time.Millisecond
	lastPause     = 2 * time.Second
	retries       = 25 // with these pauses, some 40 seconds: sessions of dead servers have ended by then
)

// again runs do, and on a cluster runs it again while servers are lost.
func (s *Store) again(ctx context.Context, do func() error) error {
	pause := firstPause
	for try := 0; ; try++ {
		err := do()
		if try == retries || s.dialect.cluster == nil || !Away(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(pause):
			pause = min(2*pause, lastPause)
		}
	}
}

// settled waits until the replicas that are read now have all that was
// confirmed. One that was away, and comes first again, may still be fetching.
func (s *Store) settled(ctx context.Context) error {
	if s.dialect.cluster == nil {
		return nil
	}
	return s.again(ctx, func() error {
		sql, err := s.sql("behind", nil)
		if err != nil {
			return err
		}
		var behind []string
		if err := s.conn.QueryRow(ctx, sql).Scan(&behind); err != nil {
			return fault("behind", err)
		}
		if len(behind) == 0 {
			return nil
		}
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "集群的副本 " + strings.Join(behind, "、") + " 缺少已确认的数据，正在等它从别的副本取",
			Remedy:  "启动掉线的副本，等它追上（system.replicas 中 inserts_in_queue 为 0）后再运行一次；数据没有丢失",
			Err:     errAway,
		}
	})
}

// quorumTries is how often an insert waits for the one before it: by then that
// one's replica is away.
const quorumTries = 8

// write runs do, which inserts. On a cluster every replica is to confirm what
// is written, unless one is away; and it is written again while servers are
// lost, for rows may come twice.
func (s *Store) write(ctx context.Context, do func(context.Context) error) error {
	c := s.dialect.cluster
	if c == nil {
		return do(ctx)
	}
	if !s.dialect.Since(20, 10) { // one insert of a table at a time can have a quorum
		c.writing.Lock()
		defer c.writing.Unlock()
	}
	waited := 0
	return s.again(ctx, func() error {
		err := do(ctx)
		var exception *clickhouse.Exception
		if !errors.As(err, &exception) {
			return err
		}
		if exception.Code == quorumBefore {
			waited++
		}
		if exception.Code == tooFewReplicas || exception.Code == quorumUnknown || waited == quorumTries {
			ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"insert_quorum": 0}))
		}
		return err
	})
}

// canMaintain refuses what old clusters cannot do: 18.16 accepts the mutation
// of a replicated table and never carries it out, its OPTIMIZE fails, and it
// has no CHECK TABLE for them.
func (s *Store) canMaintain() error {
	if s.dialect.cluster == nil || s.dialect.Since(20, 10) {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("ClickHouse %v 的集群不支持删除、整理和校验已存的数据", s.dialect.version),
		Remedy:  "把集群升级到 20.10 或更新的版本；数据没有改动",
	}
}

// execShards runs the statement of that name on every shard's own tables.
func (s *Store) execShards(ctx context.Context, name string, data any, args ...any) error {
	sql, err := s.sql(name, data)
	if err != nil {
		return err
	}
	for _, shard := range s.shards() {
		err := s.again(ctx, func() error { return fault(name, shard.Exec(ctx, sql, args...)) })
		if err != nil {
			return err
		}
	}
	return nil
}
