// Package store keeps listings, reviews, mentions and tallies in ClickHouse,
// either the embedded engine, a server or a cluster, through one client and one set of
// statements.
//
//	Open ─▶ migrate ─▶ PutListings, PutReviews          what sources read
//	                   Reviews ─▶ Edit, Mentions, Count, Publish   mining
//	                   Edition ─▶ Tallies, Evidence, Counts        counting and sheets
//	                   PutRun, Runs                      what the pipeline has done
//
// # Rows may come twice
//
// Sources resend what they are unsure of, and ClickHouse merges copies only
// when it likes. So no reading depends on merges: reviews are read with FINAL,
// which leaves the latest copy, and counts are of distinct reviews. Mentions,
// counts and tallies belong to an [Edition] of one period and one dictionary
// version, which is written beside the one that holds and then takes its place.
//
// # SQL
//
// Every statement stands in query/, one file a method, and the schema in
// migrations/, numbered and append-only. All of it stays inside what
// ClickHouse 18.16 and today's versions have in common. Values are bound by
// the driver (@name), never concatenated; the templates choose conditions and
// share fragments (window.sql), nothing else.
//
// # Times
//
// Published and AppendedAt are kept in seconds, all other times in
// milliseconds. Months are those of Asia/Shanghai.
package store

import (
	"cmp"
	"context"
	"embed"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"text/template"
	"time"
	_ "time/tzdata" // the driver looks up the zones of columns and servers

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"chaping"
	"chaping/store/engine"
)

// Config says where the data is.
type Config struct {
	// DSN is a server, clickhouse://user:password@host:9000/database, with
	// the options of clickhouse-go. Empty means the embedded engine. With
	// ?cluster=name the tables are spread over that cluster; hosts, divided
	// by commas, are then servers of it, and the first that answers is used.
	DSN string

	// DataDir is the data directory of the embedded engine.
	DataDir string

	// Now is the clock; time.Now if nil.
	Now func() time.Time

	// Tell takes what the user should know of the server although it can be
	// worked with, in Chinese; may be nil.
	Tell func(message string)

	// Log takes what becomes of runs; may be nil.
	Log *slog.Logger
}

const (
	embeddedDatabase = "chaping"
	maxConns         = 8 // statements that a Store runs at a time
)

// oldest is the oldest server that the statements are tested on.
var oldest = proto.Version{Major: 18, Minor: 16, Patch: 1}

// A Store is an open database. It is safe for concurrent use.
type Store struct {
	conn     driver.Conn
	engine   *engine.Engine // nil with a server
	dataDir  string         // of the embedded engine
	database string
	queries  *template.Template
	now      func() time.Time
	log      *slog.Logger
	dialect  dialect

	stuck atomic.Int64 // statements that do not end when they are told to

	mu    sync.Mutex
	moved map[chaping.Window]movedSet

	freshRuns map[string]freshness
}

// Open opens the database and brings its schema up to date. What the user can
// remedy comes back as *chaping.Error with CodeEnvironment: an engine library
// that is missing, a directory that cannot be written, a server that does not
// answer or refuses the password, a schema newer than this program.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	s, err := prepare(cfg)
	if err != nil {
		return nil, err
	}
	if cfg.DSN == "" {
		err = s.openEmbedded(ctx, cfg.DataDir, cfg.Tell)
	} else {
		err = s.openServer(ctx, cfg)
	}
	if err == nil {
		err = s.meet()
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// prepare makes a store that is not open yet.
func prepare(cfg Config) (*Store, error) {
	s := &Store{now: cfg.Now, log: cfg.Log, dataDir: cfg.DataDir, moved: map[chaping.Window]movedSet{},
		freshRuns: map[string]freshness{}}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	var err error
	s.queries, err = template.New("").Funcs(template.FuncMap{ // of the dialect that the server turns out to speak
		"local":     func(table string) string { return s.dialect.Local(table) },
		"system":    func(table string) string { return s.dialect.System(table) },
		"database":  func() string { return s.dialect.Database() },
		"plain":     func(column string) string { return s.dialect.Plain(column) },
		"clustered": func() bool { return s.dialect.cluster != nil },
		"once":      func() string { return s.dialect.Once() },
	}).ParseFS(queryFiles, "query/*.sql")
	return s, err
}

// meet asks for the version of the server, by which some statements differ.
func (s *Store) meet() error {
	server, err := s.conn.ServerVersion()
	if err != nil {
		return fault("version", err)
	}
	s.dialect.version = server.Version
	return nil
}

//go:embed query/*.sql
var queryFiles embed.FS

func (s *Store) openEmbedded(ctx context.Context, dir string, tell func(string)) (err error) {
	if s.engine, err = engine.Open(ctx, dir, embeddedDatabase); err != nil {
		return err
	}
	s.engine.Tell = tell
	s.database = embeddedDatabase
	s.conn, err = clickhouse.Open(&clickhouse.Options{
		Protocol:      clickhouse.HTTP,
		Addr:          []string{"embedded"}, // named in the driver's errors; never dialled
		Auth:          clickhouse.Auth{Database: embeddedDatabase},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return s.engine, nil },
		MaxOpenConns:  maxConns,
		MaxIdleConns:  maxConns,
	})
	return err
}

func (s *Store) openServer(ctx context.Context, cfg Config) error {
	invalid := func() error { // never with the cause: it may quote the password
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "数据库地址无法识别",
			Remedy:  "写成 clickhouse://用户:密码@主机:9000/库名 的形式；密码中的特殊字符要用百分号编码",
		}
	}
	u, err := url.Parse(cfg.DSN)
	if err != nil || u.Scheme != "clickhouse" || u.Host == "" {
		return invalid()
	}
	values := u.Query()
	cluster := values.Get("cluster")
	values.Del("cluster") // the driver would take it for a setting
	u.RawQuery = values.Encode()
	opts, err := clickhouse.ParseDSN(u.String())
	if err != nil {
		return invalid()
	}
	s.database = cmp.Or(opts.Auth.Database, "default")
	if opts.Compression == nil {
		opts.Compression = &clickhouse.Compression{Method: clickhouse.CompressionLZ4}
	}
	opts.MaxOpenConns, opts.MaxIdleConns = maxConns, maxConns
	if opts.Settings == nil {
		opts.Settings = clickhouse.Settings{}
	}
	var asked []string // what the driver does not know is taken for settings of the server
	for name := range opts.Settings {
		asked = append(asked, name)
	}
	opts.Settings["max_query_size"] = engine.MaxStatement
	if s.conn, err = clickhouse.Open(opts); err != nil {
		return invalid()
	}
	server, err := s.conn.ServerVersion()
	if err != nil {
		return unreachable(u, opts.Auth.Password, err)
	}
	if err := checkVersion(u.Host, server.Version); err != nil {
		return err
	}
	s.dialect = dialect{version: server.Version}
	known, err := s.knowsPruning()
	if err != nil && len(asked) > 0 && !Away(err) {
		slices.Sort(asked)
		return &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: "数据库地址里问号后面的参数不能用：" + chaping.Shorten(strings.Join(asked, "、"), 80),
			Err:     hide(opts.Auth.Password, err),
			Remedy:  "核对参数名；集群写 ?cluster=集群名",
		}
	}
	if err != nil {
		return err
	}
	if known {
		opts.Settings[pruning] = 0
	}
	if err := s.compareClocks(ctx, u.Host, cfg.Tell); err != nil {
		return err
	}
	if cluster != "" {
		if err := s.joinCluster(ctx, cluster, opts); err != nil {
			return err
		}
	}
	if !known && cluster == "" {
		return nil
	}
	if err := s.conn.Close(); err != nil {
		return err
	}
	s.conn, err = clickhouse.Open(opts)
	return err
}

// checkVersion refuses servers that nobody has tried the statements on.
func checkVersion(host string, v proto.Version) error {
	if proto.CheckMinVersion(oldest, v) {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("ClickHouse 服务器 %s 的版本 %v 过旧", host, v),
		Remedy:  fmt.Sprintf("升级到 %v 或更新的版本", oldest),
	}
}

// maxSkew is how far our clock and the server's may be apart before the user
// is told. Of two copies of a review the one collected later holds, by the
// clock of the machine that collected it.
const maxSkew = 5 * time.Minute

// compareClocks tells the user when they differ.
func (s *Store) compareClocks(ctx context.Context, host string, tell func(string)) error {
	if tell == nil {
		return nil
	}
	before := s.now()
	var unix uint32
	if err := s.query(ctx, "clock", nil, nil, func(scan func(...any) error) error { return scan(&unix) }); err != nil {
		return err
	}
	there := time.Unix(int64(unix), 0)
	if there.After(before.Add(-maxSkew)) && there.Before(s.now().Add(maxSkew)) {
		return nil
	}
	tell(
		fmt.Sprintf(
			"本机时钟 %s 与数据库服务器 %s 的时钟 %s 相差超过 %d 分钟：几台机器都采集同一条评论时，会以时钟快的为准，较新的内容可能被盖住。处理办法：先在各台机器上校准时钟（NTP），再导入或采集",
			before.In(
				chaping.Shanghai(),
			).Format(
				time.DateTime,
			),
			host,
			there.In(chaping.Shanghai()).Format(time.DateTime),
			maxSkew/time.Minute,
		),
	)
	return nil
}

// pruning is a setting of servers since 26: FINAL reads all partitions, those
// too that the condition rules out. Windows would then cost what all reviews
// cost; that reviews which moved out are left out is seen to in
// query/window.sql.
const pruning = "defer_partition_pruning_after_final"

// knowsPruning tells whether the server has that setting.
func (s *Store) knowsPruning() (known bool, err error) {
	err = s.query(
		context.Background(),
		"setting",
		nil,
		[]any{named("name", pruning)},
		func(func(...any) error) error { known = true; return nil },
	)
	return known, err
}

// Close closes the database. It may be called twice. While a statement does not
// end when it is told to, nothing is closed, for that would wait for it: the
// database ends with the process, as it does when that is killed.
func (s *Store) Close() error {
	if s.stuck.Load() > 0 {
		return nil
	}
	var err error
	if s.conn != nil {
		err = s.conn.Close()
	}
	if s.dialect.cluster != nil {
		err = errors.Join(err, s.dialect.cluster.close())
	}
	if s.engine != nil {
		err = errors.Join(err, s.engine.Close())
	}
	return err
}

// sql is the statement of that name, its conditions chosen by data.
func (s *Store) sql(name string, data any) (string, error) {
	var b strings.Builder
	err := s.queries.ExecuteTemplate(&b, name+".sql", data)
	return b.String(), err
}

// exec runs the statement of that name.
func (s *Store) exec(ctx context.Context, name string, args ...any) error {
	sql, err := s.sql(name, nil)
	if err != nil {
		return err
	}
	return s.run(ctx, name, sql, args...)
}

// run runs a statement that writes.
func (s *Store) run(ctx context.Context, name, sql string, args ...any) error {
	if err := s.settled(ctx); err != nil {
		return err
	}
	return s.write(ctx, func(ctx context.Context) error { return fault(name, s.conn.Exec(ctx, sql, args...)) })
}

// query runs the statement of that name and calls each for every row.
func (s *Store) query(
	ctx context.Context,
	name string,
	data any,
	args []any,
	each func(scan func(...any) error) error,
) error {
	sql, err := s.sql(name, data)
	if err != nil {
		return err
	}
	if err := s.settled(ctx); err != nil {
		return err
	}
	var given error // the statement's end, once rows were given: they cannot be given again
	err = s.again(ctx, func() error {
		rows := false
		err := s.queryOnce(ctx, name, sql, args, func(scan func(...any) error) error { rows = true; return each(scan) })
		if rows {
			given, err = err, nil
		}
		return err
	})
	if given != nil {
		return given
	}
	return err
}

func (s *Store) queryOnce(
	ctx context.Context,
	name, sql string,
	args []any,
	each func(scan func(...any) error) error,
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel() // ends the statement when each has had enough
	rows, err := s.conn.Query(ctx, sql, args...)
	if err != nil {
		return fault(name, err)
	}
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			cancel()
			rows.Close()
			return err
		}
	}
	rows.Close()
	if err := ctx.Err(); err != nil { // rows that were under way came all the same
		return err
	}
	return fault(name, rows.Err())
}

// insert writes columns of equal length into a table. names lists them.
func (s *Store) insert(ctx context.Context, table, names string, columns ...any) error {
	return s.write(ctx, func(ctx context.Context) error { return s.insertOnce(ctx, table, names, columns) })
}

func (s *Store) insertOnce(ctx context.Context, table, names string, columns []any) error {
	batch, err := s.conn.PrepareBatch(ctx, "INSERT INTO "+table+" ("+names+")")
	if err != nil {
		return fault(table, err)
	}
	defer batch.Close()
	for i, column := range columns {
		if err := batch.Column(i).Append(column); err != nil {
			return fault(table, err)
		}
	}
	return fault(table, batch.Send())
}

func named(name string, value any) any { return clickhouse.Named(name, value) }

// windowArgs binds @from and @to. Moments before 1970 and after 2105 hold no
// reviews.
func windowArgs(w chaping.Window) []any {
	clamp := func(t time.Time) uint32 {
		return uint32(min(max(t.Unix(), 0), 1<<32-1))
	}
	return []any{named("from", clamp(w.From)), named("to", clamp(w.To))}
}

// periodNumber writes a period as the schema does: 202611; 0 for none, and for
// one before year 1.
func periodNumber(p chaping.Period) uint32 { return uint32(max(p.Year*100+int(p.Month), 0)) }

func numberedPeriod(n uint32) chaping.Period {
	return chaping.Period{Year: int(n / 100), Month: time.Month(n % 100)}
}

// millis and fromMillis keep times in Unix milliseconds, 0 for the zero time.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).In(chaping.Shanghai())
}

// ServerVersion is the version of the engine or server, "26.7.2".
func (s *Store) ServerVersion() (string, error) {
	v, err := s.conn.ServerVersion()
	if err != nil {
		return "", fault("version", err)
	}
	return v.Version.String(), nil
}
