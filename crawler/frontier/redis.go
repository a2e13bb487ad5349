package frontier

import (
	"cmp"
	"context"
	"crypto/sha256"
	"embed"
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
	for _, name := range []string{"add", "turn", "extend", "fail", "host", "stats", "drop"} {
		text, err := luaFiles.ReadFile("lua/" + name + ".lua")
		if err != nil {
			return err
		}
		q.scripts[name] = redis.NewScript(string(common) + string(text))
	}
	return nil
}

// A transition is what a script takes. Every script takes Now, and of the
// others those that its file uses.
type transition struct {
	Now         int64         `json:"now"` // 0: the server's clock
	Items       []redisItem   `json:"items,omitempty"`
	Results     []redisResult `json:"results,omitempty"`
	Failures    []redisResult `json:"failures,omitempty"`
	Claims      []redisClaim  `json:"claims,omitempty"`
	Claim       bool          `json:"claim"`
	Stride      int32         `json:"stride"` // what a token grows by
	Most        int           `json:"most"`
	Concurrency int           `json:"concurrency"`
	Lease       int64         `json:"lease"` // this and all times in milliseconds
	Delay       int64         `json:"delay"`
	NotesKept   int           `json:"notes_kept"`
	LettersKept int           `json:"letters_kept"`
	Host        string        `json:"host"`
	Block       int64         `json:"block"`
	Reason      string        `json:"reason"`
	Pace        int64         `json:"pace"`

	contents []any // what items say, beside the JSON: see content
}

type redisItem struct {
	Host    string `json:"host"`
	Rank    int    `json:"rank"`
	Content int    `json:"content"` // its number among the contents
	Sole    bool   `json:"sole,omitempty"`
	Bucket  string `json:"bucket,omitempty"` // the hash of the key is a bucket and an integer in it
	Hash    string `json:"hash,omitempty"`
}

type redisClaim struct {
	Seq   string `json:"seq"`
	Token string `json:"token"`
	Host  string `json:"host"`
}

// A redisResult is a Result or, with what follows its marks, a Failure.
type redisResult struct {
	redisClaim
	Add     []redisItem       `json:"add,omitempty"`
	Count   map[string]int64  `json:"count,omitempty"`
	Notes   []string          `json:"notes,omitempty"`
	Marks   map[string]string `json:"marks,omitempty"`
	Reason  string            `json:"reason,omitempty"`
	Dead    bool              `json:"dead,omitempty"`
	Wait    int64             `json:"wait,omitempty"`
	Because string            `json:"because,omitempty"` // failure or snooze
}

// items are the items as the transition takes them.
func (t *transition) items(items []Item) []redisItem {
	out := make([]redisItem, 0, len(items))
	for _, i := range items {
		t.contents = append(t.contents, content(i))
		item := redisItem{Host: i.Host, Rank: i.Rank, Content: len(t.contents), Sole: i.Sole}
		if !i.Sole {
			sum := sha256.Sum256([]byte(i.Key))
			item.Bucket = strconv.Itoa(int(binary.BigEndian.Uint16(sum[8:])))
			item.Hash = strconv.FormatInt(int64(binary.BigEndian.Uint64(sum[:])), 10)
		}
		out = append(out, item)
	}
	return out
}

// content is an item as Redis keeps it: a line of its rank and its host, which
// has no line's end, then the length of its key as a varint, the key and the
// task.
func content(i Item) []byte {
	b := fmt.Appendf(make([]byte, 0, len(i.Host)+len(i.Key)+len(i.Task)+16), "%d %s\n", i.Rank, i.Host)
	b = binary.AppendUvarint(b, uint64(len(i.Key)))
	return append(append(b, i.Key...), i.Task...)
}

// read is the inverse of content.
func (i *Item) read(content string) (err error) {
	head, rest, _ := strings.Cut(content, "\n")
	rank, host, _ := strings.Cut(head, " ")
	if i.Rank, err = strconv.Atoi(rank); err != nil {
		return fmt.Errorf("frontier: %q is no item: %w", head, err)
	}
	n, used := binary.Uvarint([]byte(rest[:min(len(rest), binary.MaxVarintLen64)]))
	if used <= 0 || n > uint64(len(rest)-used) {
		return fmt.Errorf("frontier: %d bytes are no item", len(content))
	}
	i.Host, i.Key, i.Task = host, rest[used:used+int(n)], []byte(rest[used+int(n):])
	return nil
}

// read reads what became of the item so far.
func (c *Claim) read(history, content string) error {
	if _, err := fmt.Sscan(history, &c.Failures, &c.Snoozes, &c.Losses); err != nil {
		return fmt.Errorf("frontier: %q is no history: %w", history, err)
	}
	return c.Item.read(content)
}

func claimed(c Claim) redisClaim {
	return redisClaim{strconv.FormatInt(c.seq, 10), strconv.FormatInt(c.Token, 10), c.Host}
}

// run makes a transition.
func (q *redisQueue) run(ctx context.Context, name string, t transition) (reply, error) {
	if q.now != nil {
		t.Now = q.now().UnixMilli()
	}
	t.NotesKept, t.LettersKept = MaxNotes, MaxListed
	data, err := json.Marshal(t)
	if err != nil {
		return reply{}, err
	}
	// The one key tells a cluster where the others are.
	value, err := q.scripts[name].Run(
		ctx, q.client, []string{"{chaping}:queue:" + q.name + ":meta"}, append([]any{q.name, data}, t.contents...)...,
	).Result()
	if err != nil && strings.Contains(err.Error(), "DAMAGED") {
		return reply{}, q.damaged(ctx, err)
	}
	return reply{value}, away(err)
}

// away words that Redis cannot be reached; what it answers is left as it is.
func away(err error) error {
	var answered redis.Error
	switch {
	case err == nil, errors.As(err, &answered), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "Redis 没有应答",
		Err:     err,
		Remedy:  "确认 Redis 已启动、网络可用，再运行同一采集，从中断处继续",
	}
}

// damaged empties a queue that does not agree with itself, as after a Redis
// that ran half a transaction when its file had been torn: what to read next
// cannot be told any more. Whoever opens it again begins anew.
func (q *redisQueue) damaged(ctx context.Context, cause error) error {
	remedy := "队列已经清空：再次运行同一采集，将从头读取，评论不会重复计数"
	_, err := q.run(ctx, "drop", transition{})
	if err != nil {
		remedy = "队列没有清空：Redis 恢复以后再次运行同一采集"
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "Redis 中的采集队列前后矛盾，可能是断电损坏了 Redis 的数据文件",
		Remedy:  remedy,
		Err:     errors.Join(cause, err),
	}
}

// Add implements Frontier.
func (q *redisQueue) Add(ctx context.Context, items ...Item) error {
	var t transition
	t.Items = t.items(items)
	_, err := q.run(ctx, "add", t)
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
	t := transition{
		Claim: claim, Stride: 1 + rand.Int32N(math.MaxInt32), Most: most, Concurrency: q.policy.Concurrency,
		Lease: q.policy.Lease.Milliseconds(), Delay: q.policy.Delay.Milliseconds(),
	}
	for _, r := range results {
		t.Results = append(t.Results, redisResult{
			redisClaim: claimed(r.Claim), Add: t.items(r.Add), Count: r.Count, Notes: r.Notes, Marks: r.Marks,
		})
	}
	r, err := q.run(ctx, "turn", t)
	if err != nil {
		return Batch{}, 0, err
	}
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
		claim := Claim{Token: c.at(1).int(), seq: c.at(0).int()}
		if err := claim.read(c.at(2).text(), c.at(3).text()); err != nil {
			return Batch{}, 0, err
		}
		batch.Claims = append(batch.Claims, claim)
	}
	return batch, int(r.at(3).int()), nil
}

// Extend implements Frontier.
func (q *redisQueue) Extend(ctx context.Context, claims ...Claim) (lost []Claim, err error) {
	t := transition{Lease: q.policy.Lease.Milliseconds()}
	for _, c := range claims {
		t.Claims = append(t.Claims, claimed(c))
	}
	r, err := q.run(ctx, "extend", t)
	if err != nil {
		return nil, err
	}
	for _, i := range r.list() {
		lost = append(lost, claims[i.int()])
	}
	return lost, nil
}

// Fail implements Frontier.
func (q *redisQueue) Fail(ctx context.Context, failures ...Failure) error {
	var t transition
	for _, f := range failures {
		t.Failures = append(t.Failures, redisResult{
			redisClaim: claimed(f.Claim), Reason: f.Reason, Dead: f.Dead, Wait: f.Retry.Milliseconds(), Because: "failure",
			Count: f.Count, Notes: f.Notes,
		})
	}
	_, err := q.run(ctx, "fail", t)
	return err
}

// Snooze implements Frontier.
func (q *redisQueue) Snooze(ctx context.Context, claim Claim, d time.Duration) error {
	_, err := q.run(ctx, "fail", transition{Failures: []redisResult{
		{redisClaim: claimed(claim), Wait: d.Milliseconds(), Because: "snooze"},
	}})
	return err
}

// Block implements Frontier.
func (q *redisQueue) Block(ctx context.Context, host string, d time.Duration, reason string) error {
	if d < time.Millisecond {
		return nil
	}
	_, err := q.run(ctx, "host", transition{Host: host, Block: d.Milliseconds(), Reason: reason})
	return err
}

// Pace implements Frontier.
func (q *redisQueue) Pace(ctx context.Context, host string, delay time.Duration) error {
	_, err := q.run(ctx, "host", transition{Host: host, Pace: delay.Milliseconds()})
	return err
}

// Mark implements Frontier.
func (q *redisQueue) Mark(ctx context.Context, name string) (string, error) {
	value, err := q.client.HGet(ctx, "{chaping}:marks", name).Result()
	if errors.Is(err, redis.Nil) {
		return "", nil
	}
	return value, away(err)
}

// Stats implements Frontier.
func (q *redisQueue) Stats(ctx context.Context) (Stats, error) {
	r, err := q.run(ctx, "stats", transition{})
	if err != nil {
		return Stats{}, err
	}
	s := Stats{
		Open:   int(r.at(0).int()),
		Dead:   int(r.at(1).int()),
		Leased: int(r.at(2).int()),
		Count:  map[string]int64{},
	}
	var bad error
	for l := range slices.Chunk(r.at(3).list(), 2) {
		letter := Letter{Reason: l[1].text()}
		bad = errors.Join(bad, letter.read(l[0].text()))
		s.Letters = append(s.Letters, letter)
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
