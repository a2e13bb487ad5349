package frontier

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"chaping"
)

//go:embed lua/*.lua
var luaFiles embed.FS

// RedisOptions say how queues are kept in Redis.
type RedisOptions struct {
	// Volatile lets a Redis be used that keeps nothing on disk: when it is
	// restarted, collections under way begin anew.
	Volatile bool
	// Now is the clock; nil means that of the Redis server, so that workers on
	// several machines need not agree on the time.
	Now func() time.Time
}

// Redis opens queues in a Redis server, version 7 or later, for any number of
// workers on any number of machines. Every transition is one Lua script. A
// Redis that may evict keys is refused, and so is, unless the options say
// otherwise, one that keeps nothing on disk: it would lose queues silently.
//
// Even a Redis that appends all to a file may lose what it confirmed in the
// last seconds when it is killed while its disk is busy, and so may a replica
// that takes over. The queue then goes back in time as a whole, and numbers of
// lost items are given anew. Tokens therefore grow by random strides: a claim
// from before is not taken for one of the item that has its number now.
//
// Closing a queue leaves the client open.
func Redis(client redis.UniversalClient, o RedisOptions) Opener {
	return func(ctx context.Context, queue string, policy Policy) (Frontier, error) {
		policy.Lease = cmp.Or(policy.Lease, DefaultLease)
		q := &redisQueue{client: client, policy: policy, now: o.Now, name: queue, scripts: map[string]*redis.Script{}}
		if err := q.load(); err != nil {
			return nil, err
		}
		if err := fitRedis(ctx, client, o.Volatile); err != nil {
			return nil, err
		}
		return q, nil
	}
}

// fitRedis refuses a Redis that would lose queues.
func fitRedis(ctx context.Context, client redis.UniversalClient, volatile bool) error {
	info, err := client.Info(ctx).Result()
	if err != nil {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "无法连接 Redis",
			Remedy:  "检查地址、口令和网络，确认 Redis 已启动",
			Err:     err,
		}
	}
	value := func(name string) string {
		for line := range strings.Lines(info) {
			if v, ok := strings.CutPrefix(line, name+":"); ok {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	if p := value("maxmemory_policy"); p != "" && p != "noeviction" && value("maxmemory") != "0" {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("Redis 内存满时会丢弃数据（maxmemory-policy 为 %s），不能存放采集队列", p),
			Remedy:  "在 Redis 中设置 maxmemory-policy noeviction",
		}
	}
	if volatile || value("aof_enabled") == "1" {
		return nil
	}
	// Snapshots will do: a queue that goes back in time reads some pages again.
	if save, err := client.ConfigGet(ctx, "save").Result(); err == nil && save["save"] != "" {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "Redis 没有持久化，重启后采集队列会丢失",
		Remedy:  "在 Redis 中设置 appendonly yes；只是试用时可允许不持久化的 Redis",
	}
}

type redisQueue struct {
	client  redis.UniversalClient
	policy  Policy
	now     func() time.Time
	name    string
	scripts map[string]*redis.Script
	begun   atomic.Bool // something was added
}

func (q *redisQueue) load() error {
	common, err := luaFiles.ReadFile("lua/common.lua")
	if err != nil {
		return err
	}
	for _, name := range []string{"add", "turn", "extend", "fail", "host", "stats"} {
		text, err := luaFiles.ReadFile("lua/" + name + ".lua")
		if err != nil {
			return err
		}
		q.scripts[name] = redis.NewScript(string(common) + string(text))
	}
	return nil
}

// run calls a transition.
func (q *redisQueue) run(ctx context.Context, name string, args map[string]any) (any, error) {
	args["now"] = int64(0)
	if q.now != nil {
		args["now"] = q.now().UnixMilli()
	}
	data, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	// The one key tells a cluster where the others are.
	return q.scripts[name].Run(ctx, q.client, []string{"{chaping}:q:" + q.name + ":meta"}, q.name, data).Result()
}

// items are the items as scripts take them. Tasks are bytes and travel as
// base64; the hash of a key is a bucket and an integer in it.
func (q *redisQueue) items(items []Item) []any {
	out := make([]any, 0, len(items))
	for _, i := range items {
		sum := sha256.Sum256([]byte(i.Key))
		out = append(out, map[string]any{
			"key": i.Key, "sole": i.Sole, "host": i.Host, "rank": i.Rank, "task": base64.StdEncoding.EncodeToString(i.Task),
			"bucket": strconv.Itoa(int(binary.BigEndian.Uint16(sum[8:]))),
			"hash":   strconv.FormatInt(int64(binary.BigEndian.Uint64(sum[:])), 10),
		})
	}
	return out
}

func redisClaim(c Claim) map[string]any {
	return map[string]any{"seq": strconv.FormatInt(c.seq, 10), "token": strconv.FormatInt(c.Token, 10)}
}

// Add implements Frontier.
func (q *redisQueue) Add(ctx context.Context, items ...Item) error {
	_, err := q.run(ctx, "add", map[string]any{"items": q.items(items)})
	if err == nil && len(items) > 0 {
		q.begun.Store(true)
	}
	return err
}

// Claim implements Frontier.
func (q *redisQueue) Claim(ctx context.Context, most int) (Batch, error) {
	batch, _, err := q.turn(ctx, true, most, nil)
	return batch, err
}

// Ack implements Frontier.
func (q *redisQueue) Ack(ctx context.Context, results ...Result) (stale int, err error) {
	_, stale, err = q.turn(ctx, false, 0, results)
	return stale, err
}

// Turn implements Frontier.
func (q *redisQueue) Turn(ctx context.Context, most int, results ...Result) (batch Batch, stale int, err error) {
	return q.turn(ctx, true, most, results)
}

func (q *redisQueue) turn(
	ctx context.Context,
	claim bool,
	most int,
	results []Result,
) (batch Batch, stale int, err error) {
	list := make([]any, 0, len(results))
	for _, r := range results {
		list = append(list, map[string]any{
			"claim": redisClaim(r.Claim), "add": q.items(r.Add), "count": counts(r.Count), "notes": notes(r.Notes),
			"marks": marks(r.Marks),
		})
	}
	answer, err := q.run(ctx, "turn", map[string]any{
		"results": list, "notes_kept": MaxNotes,
		"claim": claim, "stride": 1 + rand.Int32N(math.MaxInt32), "most": most, "lease": q.policy.Lease.Milliseconds(), "delay": q.policy.Delay.Milliseconds(), "concurrency": q.policy.Concurrency,
	})
	if err != nil {
		return Batch{}, 0, err
	}
	r := reply{value: answer}
	open := r.at(0).int()
	if open < 0 && q.begun.Load() {
		return Batch{}, 0, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "Redis 中的采集队列不见了，可能是 Redis 重启后没有恢复数据",
			Remedy:  "再次运行同一采集，已读的网页会重读，评论不会重复计数；在 Redis 中设置 appendonly yes",
		}
	}
	batch = Batch{Open: int(max(open, 0)), Wait: time.Duration(r.at(1).int()) * time.Millisecond}
	for _, c := range r.at(2).list() {
		claim := Claim{
			Item: Item{Key: c.at(0).text(), Host: c.at(1).text(), Rank: int(c.at(2).int())},
			Token: c.at(
				4,
			).int(), Failures: int(c.at(5).int()), Snoozes: int(c.at(6).int()), Losses: int(c.at(7).int()), seq: c.at(8).int(),
		}
		if claim.Task, err = base64.StdEncoding.DecodeString(c.at(3).text()); err != nil {
			return Batch{}, 0, fmt.Errorf("frontier: item %q: %w", claim.Key, err)
		}
		batch.Claims = append(batch.Claims, claim)
	}
	return batch, int(r.at(3).int()), nil
}

// Extend implements Frontier.
func (q *redisQueue) Extend(ctx context.Context, claims ...Claim) (lost []Claim, err error) {
	list := make([]any, 0, len(claims))
	for _, c := range claims {
		list = append(list, redisClaim(c))
	}
	answer, err := q.run(ctx, "extend", map[string]any{"claims": list, "lease": q.policy.Lease.Milliseconds()})
	if err != nil {
		return nil, err
	}
	for _, i := range (reply{value: answer}).list() {
		lost = append(lost, claims[i.int()])
	}
	return lost, nil
}

func counts(c map[string]int64) map[string]int64 {
	if c == nil {
		return map[string]int64{}
	}
	return c
}

func marks(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

func notes(n []string) []string {
	if n == nil {
		return []string{}
	}
	return n
}

// Fail implements Frontier.
func (q *redisQueue) Fail(ctx context.Context, failures ...Failure) error {
	list := make([]any, 0, len(failures))
	for _, f := range failures {
		list = append(list, map[string]any{
			"claim": redisClaim(
				f.Claim,
			), "reason": f.Reason, "dead": f.Dead, "wait": f.Retry.Milliseconds(), "counter": "failures",
			"count": counts(f.Count), "notes": notes(f.Notes),
		})
	}
	_, err := q.run(ctx, "fail", map[string]any{"failures": list, "notes_kept": MaxNotes, "letters_kept": MaxListed})
	return err
}

// Snooze implements Frontier.
func (q *redisQueue) Snooze(ctx context.Context, claim Claim, d time.Duration) error {
	_, err := q.run(
		ctx,
		"fail",
		map[string]any{"notes_kept": MaxNotes, "letters_kept": MaxListed, "failures": []any{map[string]any{
			"claim": redisClaim(
				claim,
			), "dead": false, "wait": d.Milliseconds(), "counter": "snoozes", "count": counts(nil), "notes": notes(nil),
		}}},
	)
	return err
}

// Block implements Frontier.
func (q *redisQueue) Block(ctx context.Context, host string, d time.Duration, reason string) error {
	if d < time.Millisecond {
		return nil
	}
	_, err := q.run(ctx, "host", map[string]any{"host": host, "block": d.Milliseconds(), "reason": reason, "pace": 0})
	return err
}

// Pace implements Frontier.
func (q *redisQueue) Pace(ctx context.Context, host string, delay time.Duration) error {
	_, err := q.run(ctx, "host", map[string]any{"host": host, "block": 0, "reason": "", "pace": delay.Milliseconds()})
	return err
}

// Mark implements Frontier.
func (q *redisQueue) Mark(ctx context.Context, name string) (string, error) {
	value, err := q.client.HGet(ctx, "{chaping}:marks", name).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return value, err
}

// Stats implements Frontier.
func (q *redisQueue) Stats(ctx context.Context) (Stats, error) {
	answer, err := q.run(ctx, "stats", map[string]any{})
	if err != nil {
		return Stats{}, err
	}
	r := reply{value: answer}
	s := Stats{
		Open:   int(r.at(0).int()),
		Dead:   int(r.at(1).int()),
		Leased: int(r.at(2).int()),
		Count:  map[string]int64{},
	}
	var bad error
	for l := range slices.Chunk(r.at(3).list(), 5) {
		task, err := base64.StdEncoding.DecodeString(l[3].text())
		bad = errors.Join(bad, err)
		s.Letters = append(
			s.Letters,
			Letter{Item{Key: l[0].text(), Host: l[1].text(), Rank: int(l[2].int()), Task: task}, l[4].text()},
		)
	}
	for h := range slices.Chunk(r.at(4).list(), 3) {
		s.Resting = append(s.Resting, Rest{Host: h[0].text(), Until: time.UnixMilli(h[1].int()), Reason: h[2].text()})
	}
	slices.SortFunc(s.Resting, func(a, b Rest) int { return cmp.Compare(a.Host, b.Host) })
	for c := range slices.Chunk(r.at(5).list(), 2) {
		s.Count[c[0].text()] = c[1].int()
	}
	for _, n := range r.at(6).list() {
		s.Notes = append(s.Notes, n.text())
	}
	return s, bad
}

// Close implements Frontier.
func (q *redisQueue) Close() error { return nil }

// A reply is a value that a script returned. What is not there is zero.
type reply struct{ value any }

func (r reply) list() []reply {
	values, _ := r.value.([]any)
	out := make([]reply, len(values))
	for i, v := range values {
		out[i] = reply{v}
	}
	return out
}

func (r reply) at(i int) reply {
	if values, ok := r.value.([]any); ok && i < len(values) {
		return reply{values[i]}
	}
	return reply{}
}

func (r reply) text() string {
	s, _ := r.value.(string)
	return s
}

func (r reply) int() int64 {
	switch v := r.value.(type) {
	case int64:
		return v
	case string:
		n, _ := strconv.ParseInt(v, 10, 64)
		return n
	}
	return 0
}
