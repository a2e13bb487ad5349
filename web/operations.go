package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"chaping/app"
	"chaping/station"
	"chaping/store"
)

// What readiness asks for.
const (
	readyWithin = 3 * time.Second
	leastSpace  = 256 << 20 // bytes that are free where the data are
)

// ready says whether the portal can do its work: 503 with the reasons where it
// cannot. Strangers may ask, so reasons name no path and no server.
func (q *request) ready() error {
	ctx, cancel := context.WithTimeout(q.ctx, readyWithin)
	defer cancel()
	var reasons []string
	if _, _, err := q.Station.Home(ctx); err != nil {
		reasons = append(reasons, "监测站数据库没有应答")
	}
	if _, err := q.Store.Runs(ctx, store.RunFilter{Limit: 1}); err != nil {
		reasons = append(reasons, "评论数据库没有应答")
	}
	if _, err := os.Stat(q.App.Dir); err != nil {
		reasons = append(reasons, "数据目录不见了，或打不开")
	} else if app.FreeBytes(q.App.Dir) < leastSpace {
		reasons = append(reasons, fmt.Sprintf("数据目录所在磁盘剩下不到 %d MB", leastSpace>>20))
	}
	if made := built(); q.Now().Before(made) {
		reasons = append(reasons, "本机时钟早于程序编译的时间 "+made.Format(time.DateOnly))
	}
	if len(reasons) > 0 {
		q.w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		q.w.WriteHeader(http.StatusServiceUnavailable)
		_, err := q.w.Write([]byte(strings.Join(reasons, "\n") + "\n"))
		return err
	}
	return q.health()
}

// built is when the program's sources were committed; zero where nobody knows.
func built() (at time.Time) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return at
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.time" {
			at, _ = time.Parse(time.RFC3339, s.Value)
		}
	}
	return at
}

// metrics are for Prometheus: to who asks on this machine, without a proxy, and
// to programs with an administrator's token.
func (q *request) metrics() error {
	if !q.fromHere() {
		account, err := q.program()
		if err != nil {
			return err
		}
		if !account.Has(station.RoleAdmin) {
			return &fault{http.StatusForbidden, "指标只给本机和管理员的令牌", "用管理员的令牌", nil}
		}
	}
	q.instruments.handler.ServeHTTP(q.w, q.r)
	return nil
}

// fromHere tells whether the request comes from this machine itself and not
// through a proxy on it.
func (q *request) fromHere() bool {
	return !q.Proxied && q.r.Header.Get("X-Forwarded-For") == "" && net.ParseIP(q.address()).IsLoopback()
}

// instruments are the portal's metrics.
type instruments struct {
	requests *prometheus.HistogramVec
	handler  http.Handler
}

// scrapes is how many may ask for metrics at the same time.
const scrapes = 4

func newInstruments(s *Server) *instruments {
	in := &instruments{requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: "chaping_http_request_seconds", Help: "Time to answer, by route of the portal's table.",
		Buckets: []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 10},
	}, []string{"method", "route", "code"})}
	registry := prometheus.NewRegistry()
	registry.MustRegister(in.requests, &figures{server: s}, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	in.handler = promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: scrapes, Registry: registry})
	return in
}

// observe counts a request that has been answered.
func (in *instruments) observe(rt route, code int, took time.Duration) {
	in.requests.WithLabelValues(rt.method, rt.pattern, strconv.Itoa(code)).Observe(took.Seconds())
}

// A codeWriter remembers how a request was answered.
type codeWriter struct {
	http.ResponseWriter
	code int
}

func (w *codeWriter) WriteHeader(code int) {
	if w.code == 0 {
		w.code = code
	}
	w.ResponseWriter.WriteHeader(code)
}

func (w *codeWriter) Write(b []byte) (int, error) {
	if w.code == 0 {
		w.code = http.StatusOK
	}
	return w.ResponseWriter.Write(b)
}

// Unwrap is for http.ResponseController.
func (w *codeWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// What is measured beside requests. Labels are bounded: stages, plans, tables
// and kinds of jobs are few.
var (
	figureRunLast = prometheus.NewDesc("chaping_run_finished_timestamp_seconds",
		"When the latest run of a stage that came to a good end did so (collect, import, mine, ...).", []string{"stage"}, nil)
	figureRunFailed = prometheus.NewDesc("chaping_run_failed",
		"Whether the latest finished run of a stage failed.", []string{"stage"}, nil)
	figureRunCount = prometheus.NewDesc("chaping_run_count",
		"What the latest finished run of a stage counted (reviews, mentions, refused, ...).", []string{"stage", "what"}, nil)
	figureRows = prometheus.NewDesc("chaping_store_rows",
		"Rows of a table, copies that have not been merged away included.", []string{"table"}, nil)
	figureBytes = prometheus.NewDesc("chaping_store_bytes", "What a table takes on disk.", []string{"table"}, nil)
	figureParts = prometheus.NewDesc("chaping_store_parts", "Parts of a table.", []string{"table"}, nil)
	figureSpool = prometheus.NewDesc("chaping_spool_bytes",
		"What waits on disk for a database that was away.", nil, nil)
	figureOutbox = prometheus.NewDesc("chaping_outbox_messages",
		"Messages that have not been sent: waiting, failed (tried again later), stopped.", []string{"state"}, nil)
	figurePlanLate = prometheus.NewDesc("chaping_plan_late_seconds",
		"How long ago a plan should have run that has not.", []string{"plan"}, nil)
	figurePlanOpen = prometheus.NewDesc("chaping_plan_attempts",
		"Attempts of a plan's latest run while it is not finished.", []string{"plan"}, nil)
	figureJobs = prometheus.NewDesc("chaping_jobs_running", "Jobs that run in the portal.", []string{"kind"}, nil)
	figureUp   = prometheus.NewDesc("chaping_figures_up",
		"Whether the database (store) and the decisions (station) could be asked for these figures.", []string{"of"}, nil)
)

// figures asks the databases when metrics are read, not more often than once in
// figuresKept, however many read them.
type figures struct {
	server *Server
	mu     sync.Mutex
	at     time.Time
	list   []prometheus.Metric
}

const (
	figuresKept   = 10 * time.Second
	figuresWithin = 5 * time.Second
)

// Describe implements prometheus.Collector.
func (f *figures) Describe(to chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{figureRunLast, figureRunFailed, figureRunCount, figureRows, figureBytes,
		figureParts, figureSpool, figureOutbox, figurePlanLate, figurePlanOpen, figureJobs, figureUp} {
		to <- d
	}
}

// Collect implements prometheus.Collector.
func (f *figures) Collect(to chan<- prometheus.Metric) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.list == nil || time.Since(f.at) > figuresKept {
		ctx, cancel := context.WithTimeout(f.server.ended, figuresWithin)
		defer cancel()
		f.list, f.at = f.read(ctx), time.Now()
	}
	for _, m := range f.list {
		to <- m
	}
}

func (f *figures) read(ctx context.Context) (list []prometheus.Metric) {
	gauge := func(d *prometheus.Desc, value float64, labels ...string) {
		list = append(list, prometheus.MustNewConstMetric(d, prometheus.GaugeValue, value, labels...))
	}
	up := func(of string, err error) {
		value := 1.0
		if err != nil {
			value = 0
			f.server.Log.Warn("metrics", "of", of, "err", err)
		}
		gauge(figureUp, value, of)
	}
	up("store", f.store(ctx, gauge))
	up("station", f.station(ctx, gauge))
	running := map[string]int{}
	for _, j := range f.server.jobs.all() {
		if j.State().Running() {
			running[j.Kind]++
		}
	}
	for _, kind := range jobKinds() {
		gauge(figureJobs, float64(running[kind]), kind)
	}
	return list
}

func (f *figures) store(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	tables, err := f.server.Store.Stats(ctx)
	if err != nil {
		return err
	}
	for _, t := range tables {
		gauge(figureRows, float64(t.Rows), t.Name)
		gauge(figureBytes, float64(t.Bytes), t.Name)
		gauge(figureParts, float64(t.Parts), t.Name)
	}
	runs, err := f.server.Store.Runs(ctx, store.RunFilter{Limit: 200})
	finished, good := map[string]bool{}, map[string]bool{}
	for _, r := range runs { // the latest first
		if r.Finished.IsZero() {
			continue
		}
		if !finished[r.Stage] {
			finished[r.Stage] = true
			failed := 0.0
			if r.Error != "" {
				failed = 1
			}
			gauge(figureRunFailed, failed, r.Stage)
			for what, n := range r.Counts {
				gauge(figureRunCount, float64(n), r.Stage, what)
			}
		}
		if r.Done() && !good[r.Stage] {
			good[r.Stage] = true
			gauge(figureRunLast, float64(r.Finished.UnixMilli())/1000, r.Stage)
		}
	}
	return err
}

func (f *figures) station(ctx context.Context, gauge func(*prometheus.Desc, float64, ...string)) error {
	const most = 10000
	messages, err := f.server.Station.Outbox(ctx, false, most)
	if err != nil {
		return err
	}
	states := map[string]int{"waiting": 0, "failed": 0, "stopped": 0}
	for _, m := range messages {
		switch {
		case m.Stopped:
			states["stopped"]++
		case m.Attempts > 0:
			states["failed"]++
		default:
			states["waiting"]++
		}
	}
	for state, n := range states {
		gauge(figureOutbox, float64(n), state)
	}
	plans, err := f.server.App.Plans(ctx)
	for _, p := range plans {
		late, attempts := 0.0, 0
		if now := f.server.Now(); p.Planned && !p.Off && !p.NotHere && p.Next.Before(now) {
			late = now.Sub(p.Next).Seconds()
		}
		if p.Last != nil && p.Last.Finished == nil {
			attempts = p.Last.Attempts
		}
		gauge(figurePlanLate, late, p.Name)
		gauge(figurePlanOpen, float64(attempts), p.Name)
	}
	if err != nil {
		return err
	}
	waiting, err := f.server.App.Backlog()
	gauge(figureSpool, float64(waiting.Bytes))
	return err
}
