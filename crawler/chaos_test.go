package crawler_test

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
	"chaping/crawler/frontier"
	"chaping/crawler/redistest"
	"chaping/demo/mall"
)

// A victim is a collection in a process of its own, which the chaos test
// kills.
type victim struct {
	Base     string
	SQLite   string // path of the queue, or
	Redis    string // address of the server
	Store    string // file of a fileSink; empty keeps nothing
	Keywords []string
	Window   chaping.Window

	Run         string // "chaos" if empty
	Workers     int
	Concurrency int           // the profile's if 0
	Delay       time.Duration // the profile's if 0
}

const victimVariable = "CHAPING_TEST_VICTIM"

func TestMain(m *testing.M) {
	if config := os.Getenv(victimVariable); config != "" {
		os.Exit(runVictim(config))
	}
	os.Exit(m.Run())
}

// runVictim collects and prints the report.
func runVictim(config string) int {
	fail := func(err error) int {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	var v victim
	if err := json.Unmarshal([]byte(config), &v); err != nil {
		return fail(err)
	}
	text, err := configs.Files.ReadFile("sites/mall.yaml")
	if err != nil {
		return fail(err)
	}
	p, err := crawler.LoadProfile("mall", bytes.NewReader(append(text, "\nlimits: {retry: 5ms, attempts: 20}\n"...)))
	if err != nil {
		return fail(err)
	}
	if p, err = p.WithBase(v.Base); err != nil {
		return fail(err)
	}
	p.Concurrency = cmp.Or(v.Concurrency, p.Concurrency)
	p.Delay = cmp.Or(v.Delay, p.Delay)
	var sink crawler.Sink = nothing{}
	if v.Store != "" {
		if sink, err = openFileSink(v.Store); err != nil {
			return fail(err)
		}
	}
	open := frontier.SQLite(v.SQLite, time.Now)
	if v.Redis != "" {
		client := redis.NewClient(&redis.Options{Addr: v.Redis, MaxRetries: 2})
		defer client.Close()
		open = frontier.Redis(client, frontier.RedisOptions{})
	}
	report, err := crawler.Collect(context.Background(), crawler.Job{
		Profile: p, Watch: chaping.Watch{Keywords: v.Keywords}, Window: v.Window, Run: cmp.Or(v.Run, "chaos"), Full: v.Run != "",
	}, crawler.Options{Sink: sink, Open: open, Workers: v.Workers, Lease: 400 * time.Millisecond, Now: func() time.Time { return end }})
	if err != nil {
		return fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return fail(err)
	}
	return 0
}

// A fileSink appends what is put to a file, one write a batch. What a killed
// process wrote only half is ended by the next one and ignored by readers.
type fileSink struct {
	mu   sync.Mutex
	file *os.File
}

type fileLine struct {
	Listing *chaping.Listing  `json:",omitempty"`
	Review  *chaping.Review   `json:",omitempty"`
	Covered *chaping.Coverage `json:",omitempty"`
}

func openFileSink(path string) (*fileSink, error) {
	file, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, err
	}
	_, err = file.WriteString("\n")
	return &fileSink{file: file}, err
}

func (s *fileSink) put(lines []fileLine) error {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	for _, line := range lines {
		if err := encoder.Encode(line); err != nil {
			return err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_, err := s.file.Write(b.Bytes())
	return err
}

func (s *fileSink) PutListings(_ context.Context, listings []chaping.Listing) error {
	var lines []fileLine
	for i := range listings {
		lines = append(lines, fileLine{Listing: &listings[i]})
	}
	return s.put(lines)
}

func (s *fileSink) PutReviews(_ context.Context, reviews []chaping.Review) error {
	var lines []fileLine
	for i := range reviews {
		lines = append(lines, fileLine{Review: &reviews[i]})
	}
	return s.put(lines)
}

func (s *fileSink) PutCoverage(_ context.Context, covered []chaping.Coverage) error {
	var lines []fileLine
	for i := range covered {
		lines = append(lines, fileLine{Covered: &covered[i]})
	}
	return s.put(lines)
}

// readFileSink is what a store would hold now.
func readFileSink(t *testing.T, path string) *memorySink {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	sink := newSink()
	scanner := bufio.NewScanner(file)
	scanner.Buffer(nil, 1<<20)
	for scanner.Scan() {
		var line fileLine
		if json.Unmarshal(scanner.Bytes(), &line) != nil {
			continue // torn
		}
		switch {
		case line.Listing != nil:
			_ = sink.PutListings(t.Context(), []chaping.Listing{*line.Listing})
		case line.Review != nil:
			_ = sink.PutReviews(t.Context(), []chaping.Review{*line.Review})
		case line.Covered != nil:
			_ = sink.PutCoverage(t.Context(), []chaping.Coverage{*line.Covered})
		}
	}
	if err := scanner.Err(); err != nil {
		t.Fatal(err)
	}
	return sink
}

// A trap counts the requests that the mall answers and closes a channel when
// the next kill is due.
type trap struct {
	count atomic.Int64
	mu    sync.Mutex
	at    int64
	shut  chan struct{}
}

func (tr *trap) arm(after int) <-chan struct{} {
	tr.mu.Lock()
	defer tr.mu.Unlock()
	tr.at = tr.count.Load() + int64(after)
	tr.shut = make(chan struct{})
	return tr.shut
}

func (tr *trap) spring(*http.Request) mall.Fault {
	n := tr.count.Add(1)
	tr.mu.Lock()
	defer tr.mu.Unlock()
	if tr.shut != nil && n >= tr.at {
		close(tr.shut)
		tr.shut = nil
	}
	return mall.Fault{}
}

// TestKilledAgainAndAgain collects in a process that is killed in the middle
// of its work, while the mall and Redis are restarted, too, and Redis forgets
// the last it confirmed. What is stored in the end is the mall's truth, nothing
// lost and nothing twice, and the report counts every review once.
//
// CHAPING_TEST_KILLS sets how often (20 if it is not set).
func TestKilledAgainAndAgain(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: takes a process start for every kill")
	}
	kills := 20
	if s := os.Getenv("CHAPING_TEST_KILLS"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 {
			t.Fatalf("CHAPING_TEST_KILLS=%q is no number of kills", s)
		}
		kills = n
	}
	for _, name := range []string{"sqlite", "redis"} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			tr := &trap{}
			m := mall.New(mall.Config{Seed: 11, End: end, Products: 210, ReviewsPerProduct: 100, Fault: tr.spring})
			shop := &restarted{handler: m}
			shop.start(t)
			defer shop.stop()
			v := victim{Base: "http://" + shop.addr, Store: filepath.Join(dir, "store"), Keywords: m.Keywords(), Window: m.Window()}
			var server *redistest.Server
			if name == "redis" {
				server = redistest.New(t, "--appendonly", "yes")
				server.Start()
				v.Redis = server.Addr
			} else {
				v.SQLite = filepath.Join(dir, "frontier.db")
			}
			config, err := json.Marshal(v)
			if err != nil {
				t.Fatal(err)
			}

			rng := rand.New(rand.NewPCG(1, 2))
			killed, gaveUp := 0, 0
			var last []byte
			for last == nil {
				var out, errs bytes.Buffer
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), victimVariable+"="+string(config))
				cmd.Stdout, cmd.Stderr = &out, &errs
				var due <-chan struct{}
				if killed < kills {
					due = tr.arm(1 + rng.IntN(2*1200/kills)) // so that the kills spread over all pages
				}
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				exited := make(chan error, 1)
				go func() { exited <- cmd.Wait() }()
				select {
				case <-due:
					killed++
					switch {
					case killed%5 == 2 && server != nil:
						server.Kill()
						server.Forget(rng.IntN(100_000))
						server.Start()
						select { // what is claimed meets a queue that does not know of it
						case <-tr.arm(20):
						case err := <-exited:
							exited <- err
						}
					case killed%5 == 4:
						shop.stop()
						shop.start(t)
					}
					_ = cmd.Process.Kill()
					<-exited
				case err := <-exited:
					if err == nil {
						last = out.Bytes()
						break
					}
					if gaveUp++; gaveUp > kills+5 {
						t.Fatalf("the collection gives up again and again: %v %s", err, errs.Bytes())
					}
				}
			}
			var report crawler.Report
			if err := json.Unmarshal(last, &report); err != nil {
				t.Fatalf("%v: %s", err, last)
			}
			want := expect(m, v.Base, v.Keywords, v.Window)
			got := readFileSink(t, v.Store)
			check(t, got, want, "chaos")
			if report.Reviews != int64(len(want.reviews)) || report.Listings != int64(len(want.listings)) || !report.Complete() {
				t.Errorf("the report counts %d reviews and %d listings, want %d and %d: %+v", report.Reviews, report.Listings, len(want.reviews), len(want.listings), report)
			}
			again := 0
			for _, n := range got.puts {
				again += n - 1
			}
			t.Logf("%d kills, %d more ends on its own; %d requests for %d pages; %d reviews, %d of them put again", killed, gaveUp, tr.count.Load(), report.Pages, len(got.reviews), again)
			if killed < kills {
				t.Errorf("the collection ended after %d of %d kills", killed, kills)
			}
		})
	}
}

// A restarted server comes back on the address that it had.
type restarted struct {
	handler http.Handler
	addr    string
	server  *http.Server
}

func (r *restarted) start(t *testing.T) {
	t.Helper()
	if r.addr == "" {
		r.addr = "127.0.0.1:0"
	}
	listener, err := net.Listen("tcp", r.addr)
	if err != nil {
		t.Fatal(err)
	}
	r.addr = listener.Addr().String()
	r.server = &http.Server{Handler: r.handler, ReadHeaderTimeout: time.Minute}
	go func(s *http.Server) { _ = s.Serve(listener) }(r.server)
}

func (r *restarted) stop() { _ = r.server.Close() }
