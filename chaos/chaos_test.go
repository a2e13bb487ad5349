package chaos

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"chaping/store/storetest"
)

const (
	workers   = 4
	briefly   = 12 * time.Second
	toAnswer  = 3 * time.Minute // a command that takes longer hangs
	killIn    = 4               // of so many commands one is killed
	maxOpen   = 4               // lots of a period that are not acknowledged
	maxLots   = 9               // lots of a period
	perItem   = 6               // reviews of an item in a lot
	lastTries = 5               // of a report at the end, when others still come and go
	aStation  = "示例监测站"
	farInTime = 40 // days that a clock is off, either way
)

// today is the middle of all clocks: the windows of all periods are past, on
// each of them.
var today = time.Date(2027, time.January, 10, 9, 0, 0, 0, time.UTC)

func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: builds the program and needs a store")
	}
	program := buildProgram(t)
	t.Run("embedded", func(t *testing.T) {
		storetest.Embedded(t) // skips where there is no engine
		newWorld(t, program, "").run()
	})
	t.Run("server", func(t *testing.T) {
		server := storetest.StartServer(t)
		newWorld(t, program, server.Database(t).DSN).run()
	})
}

// buildProgram makes the program that is to be killed.
func buildProgram(t *testing.T) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "chaping")
	build := exec.Command("go", "build", "-o", program, "chaping/cmd/chaping")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return program
}

// A world is a data directory and all that goes on in it.
type world struct {
	*testing.T
	program, data, scratch, dsn string
	token                       string

	mu      sync.Mutex
	moment  int // counts what begins and ends
	number  int // of the next lot, folder or file
	lots    []*lot
	frozen  map[string]*asked // by who froze
	backups []string          // acknowledged
	did     map[string]int    // what commands came to
	failed  map[string]int    // messages

	portal portal
}

// A portal is a running "serve".
type portal struct {
	mu   sync.Mutex
	base string
	link string // of the first account
	cmd  *exec.Cmd
	done chan struct{}
}

// What was asked of a report, and what it may say.
type asked struct {
	period, dictionary string
	sure, maybe        []*lot
}

func newWorld(t *testing.T, program, dsn string) *world {
	t.Helper()
	dir := t.TempDir()
	if keep := os.Getenv("CHAPING_CHAOS_KEEP"); keep != "" {
		var err error
		if dir, err = os.MkdirTemp(keep, "chaos-"); err != nil {
			t.Fatal(err)
		}
	}
	w := &world{T: t, program: program, data: filepath.Join(dir, "data"), scratch: filepath.Join(dir, "scratch"), dsn: dsn,
		frozen: map[string]*asked{}, did: map[string]int{}, failed: map[string]int{}}
	for _, d := range []string{w.data, w.scratch, filepath.Join(dir, "backups")} {
		if err := os.Mkdir(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	for name, terms := range dictionaries {
		if err := os.WriteFile(w.terms(name), []byte(strings.Join(terms, "\n")+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	t.Cleanup(w.stopPortal)
	return w
}

func (w *world) terms(dictionary string) string {
	return filepath.Join(w.scratch, dictionary+".txt")
}

// setting reads a number or duration of the environment.
func setting[T any](name string, otherwise T, parse func(string) (T, error)) T {
	if v, err := parse(os.Getenv(name)); err == nil {
		return v
	}
	return otherwise
}

func (w *world) run() {
	seed := setting("CHAPING_CHAOS_SEED", rand.Uint64(), func(s string) (uint64, error) { return strconv.ParseUint(s, 10, 64) })
	w.Logf("CHAPING_CHAOS_SEED=%d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	for period := range maps.Keys(periods) { // every period has a review from the beginning
		l := w.newLot(rnd, period)
		w.must(w.put(rnd, l, 0))
	}
	w.setUp(rnd)
	out := w.must(w.command(rnd, 0, "token", "add", "chaos", "--role", "platform", "--station", aStation, "--scope", "read,write"))
	w.token = strings.TrimSpace(out)

	ctx, cancel := context.WithTimeout(w.Context(), setting("CHAPING_CHAOS", briefly, time.ParseDuration))
	defer cancel()
	var group sync.WaitGroup
	for n := range workers {
		group.Go(func() {
			rnd := rand.New(rand.NewPCG(seed, uint64(n+1)))
			for ctx.Err() == nil && !w.Failed() {
				w.act(rnd)
			}
		})
	}
	group.Wait()
	w.stopPortal()
	w.Logf("what commands came to: %v", w.did)
	for _, m := range slices.Sorted(maps.Keys(w.failed)) {
		w.Logf("%d × %s", w.failed[m], m)
	}
	w.settle(rnd)
}

// act does one thing, and kills it now and then.
func (w *world) act(rnd *rand.Rand) {
	period := slices.Sorted(maps.Keys(periods))[rnd.IntN(len(periods))]
	dictionary := slices.Sorted(maps.Keys(dictionaries))[rnd.IntN(len(dictionaries))]
	var kill time.Duration
	if rnd.IntN(killIn) == 0 {
		kill = 1 + time.Duration(rnd.Int64N(int64(1500*time.Millisecond)))
	}
	switch n := rnd.IntN(25); {
	case n < 5:
		_ = w.put(rnd, w.pickLot(rnd, period), kill)
	case n < 8:
		w.command(rnd, kill, "mine", "--period", period, "--terms", w.terms(dictionary), "--again")
	case n < 14:
		w.report(rnd, kill, period, dictionary, false)
	case n < 17:
		w.report(rnd, kill, period, dictionary, true)
	case n < 19:
		w.command(rnd, kill, "store", "purge", "--other-dictionaries", "--terms", w.terms(dictionary), "--yes")
	case n < 20:
		w.command(rnd, kill, "store", "purge", "--before", "2020-01", "--yes")
	case n < 21:
		w.command(rnd, kill, "store", "optimize")
	case n < 22:
		w.backUp(rnd, kill)
	default:
		w.visit(rnd, period)
	}
}

// A result is what a command came to.
type result struct {
	args   []string
	out    string
	code   int
	killed bool
	errs   string
}

// must is the output of a command that has to succeed.
func (w *world) must(r result) string {
	w.Helper()
	if r.code != 0 {
		w.Fatalf("%s: exit code %d\n%s", strings.Join(r.args, " "), r.code, r.errs)
	}
	return r.out
}

// environment is that of a command whose clock is off.
func (w *world) environment(rnd *rand.Rand) []string {
	now := today.Add(time.Duration(rnd.IntN(2*farInTime*24)-farInTime*24) * time.Hour)
	env := append(os.Environ(), "CHAPING_NOW="+now.Format(time.RFC3339), "CHAPING_DATA="+w.data, "CHAPING_STORE="+w.dsn, "CHAPING_STORE_FILE=")
	return env
}

// command runs the program, and kills it after a while if that is not 0. One
// that fails otherwise has to say so.
func (w *world) command(rnd *rand.Rand, kill time.Duration, args ...string) result {
	ctx, cancel := context.WithTimeout(context.Background(), toAnswer)
	defer cancel()
	cmd := exec.CommandContext(ctx, w.program, args...)
	var out, errs bytes.Buffer
	cmd.Env, cmd.Stdout, cmd.Stderr = w.environment(rnd), &out, &errs
	r := result{args: args}
	if err := cmd.Start(); err != nil {
		w.Error(err)
		return result{code: -1}
	}
	var timer *time.Timer
	if kill > 0 {
		timer = time.AfterFunc(kill, func() { _ = cmd.Process.Kill() })
	}
	err := cmd.Wait()
	r.out, r.errs, r.code = out.String(), errs.String(), cmd.ProcessState.ExitCode()
	r.killed = timer != nil && !timer.Stop() && r.code == -1
	name := args[0]
	switch {
	case ctx.Err() != nil:
		w.Errorf("%s hangs\n%s", strings.Join(args, " "), r.errs)
	case r.killed:
		name += " killed"
	case err == nil:
		name += " done"
	default:
		name += " failed"
		said := r.errs
		if i := strings.LastIndex(said, "错误："); i >= 0 {
			said = strings.TrimSpace(said[i:])
		} else {
			w.Errorf("%s fails with exit code %d and without a message\n%s", strings.Join(args, " "), r.code, r.errs)
		}
		if strings.Contains(r.errs, "goroutine ") {
			w.Errorf("%s crashes\n%s", strings.Join(args, " "), r.errs)
		}
		w.mu.Lock()
		w.failed[args[0]+" "+string([]rune(said)[:min(100, len([]rune(said)))])]++
		w.mu.Unlock()
	}
	w.mu.Lock()
	w.did[name]++
	w.mu.Unlock()
	return r
}

// newLot makes a lot that nobody knows yet.
func (w *world) newLot(rnd *rand.Rand, period string) *lot {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.number++
	l := newLot(rnd, w.number, period, perItem)
	if err := l.file(w.lotFile(len(w.lots))); err != nil {
		w.Error(err)
	}
	w.lots = append(w.lots, l)
	return l
}

func (w *world) lotFile(n int) string {
	return filepath.Join(w.scratch, fmt.Sprintf("lot-%d.ndjson", n))
}

// pickLot is a new lot of a period, or one that may be there already.
func (w *world) pickLot(rnd *rand.Rand, period string) *lot {
	w.mu.Lock()
	var all, open []*lot
	for _, l := range w.lots {
		if l.period == period {
			all = append(all, l)
			if l.done == 0 {
				open = append(open, l)
			}
		}
	}
	w.mu.Unlock()
	switch {
	case len(open) >= maxOpen:
		return open[rnd.IntN(len(open))]
	case len(all) >= maxLots || rnd.IntN(3) == 0:
		return all[rnd.IntN(len(all))]
	}
	return w.newLot(rnd, period)
}

// put imports a lot.
func (w *world) put(rnd *rand.Rand, l *lot, kill time.Duration) result {
	w.mu.Lock()
	w.moment++
	if l.began == 0 {
		l.began = w.moment
	}
	file := w.lotFile(slices.Index(w.lots, l))
	w.mu.Unlock()
	r := w.command(rnd, kill, "import", file)
	if r.code == 0 {
		w.mu.Lock()
		w.moment++
		if l.done == 0 {
			l.done = w.moment
		}
		w.mu.Unlock()
	}
	return r
}

// asks notes what is surely there when a report begins.
func (w *world) asks(period, dictionary string) *asked {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := &asked{period: period, dictionary: dictionary}
	for _, l := range w.lots {
		if l.period == period && l.done > 0 {
			a.sure = append(a.sure, l)
		}
	}
	return a
}

// ends notes what may be there too, when it has ended.
func (w *world) ends(a *asked) {
	w.mu.Lock()
	defer w.mu.Unlock()
	a.maybe = nil
	for _, l := range w.lots {
		if l.period == a.period && l.began > 0 && !slices.Contains(a.sure, l) {
			a.maybe = append(a.maybe, l)
		}
	}
}

// check compares a sheet with the recounts of the states that it may be of.
func (w *world) check(what string, a *asked, data []byte) {
	got, err := readSheet(data)
	if err != nil {
		w.Errorf("%s: %v", what, err)
		return
	}
	all := possible(dictionaries[a.dictionary], a.sure, a.maybe)
	if slices.Contains(all, got) {
		return
	}
	w.Errorf("%s: the sheet of %s with dictionary %s is of none of %d states; nearest to what differs:\n%s", what, a.period, a.dictionary, len(all), difference(got, all))
}

// difference shows the lines in which a sheet differs from the recount that it
// is most like.
func difference(got string, all []string) string {
	best := ""
	least := -1
	for _, want := range all {
		a, b := strings.Split(got, "\n"), strings.Split(want, "\n")
		var lines []string
		for _, x := range a {
			if !slices.Contains(b, x) {
				lines = append(lines, "  sheet   "+short(x))
			}
		}
		for _, x := range b {
			if !slices.Contains(a, x) {
				lines = append(lines, "  recount "+short(x))
			}
		}
		if least < 0 || len(lines) < least {
			best, least = strings.Join(lines[:min(len(lines), 8)], "\n"), len(lines)
		}
	}
	return fmt.Sprintf("%s\n  (%d lines differ)", best, least)
}

func short(s string) string {
	head, evidence, _ := strings.Cut(s, ";")
	return fmt.Sprintf("%s; %d pieces of evidence", head, strings.Count(evidence, "@"))
}

// report makes a sheet, and freezes it, and tells whether it is done.
func (w *world) report(rnd *rand.Rand, kill time.Duration, period, dictionary string, freeze bool) bool {
	w.mu.Lock()
	w.number++
	who := fmt.Sprintf("chaos-%d", w.number)
	w.mu.Unlock()
	dir := filepath.Join(w.scratch, who)
	args := []string{"report", "platform", "--zero", "--period", period, "--terms", w.terms(dictionary), "--format", "json", "--out", dir}
	a := w.asks(period, dictionary)
	if freeze {
		args = append(args, "--freeze", "--by", who, "--reason", who, "--unfinished", who)
		w.mu.Lock()
		w.frozen[who] = a
		w.mu.Unlock()
	}
	r := w.command(rnd, kill, args...)
	w.ends(a)
	if r.code != 0 {
		return false
	}
	data, err := os.ReadFile(filepath.Join(dir, "platform-"+period+".json"))
	if err != nil {
		w.Errorf("%s: done, but: %v", who, err)
		return true
	}
	w.check(strings.Join(args, " "), a, data)
	if _, hash, frozen := strings.Cut(r.out, "sha256 "); freeze && (!frozen || strings.TrimSpace(hash[:64]) != sum(data)) {
		w.Errorf("%s: what was written is not what was frozen: %s", who, r.out)
	}
	return true
}

func sum(data []byte) string {
	h := sha256.Sum256(data)
	return hex.EncodeToString(h[:])
}

// backUp makes a backup.
func (w *world) backUp(rnd *rand.Rand, kill time.Duration) {
	if w.dsn != "" { // the server's disk is the server's
		return
	}
	w.mu.Lock()
	w.number++
	file := filepath.Join(filepath.Dir(w.data), "backups", fmt.Sprintf("%d.backup", w.number))
	w.mu.Unlock()
	if r := w.command(rnd, kill, "backup", file); r.code == 0 {
		w.mu.Lock()
		w.backups = append(w.backups, file)
		w.mu.Unlock()
	}
}

// visit opens the portal, kills it, or has it work.
func (w *world) visit(rnd *rand.Rand, period string) {
	w.portal.mu.Lock()
	defer w.portal.mu.Unlock()
	if w.portal.cmd == nil {
		if err := w.openPortal(rnd); err != nil {
			w.mu.Lock()
			w.failed["serve "+err.Error()]++
			w.mu.Unlock()
			return
		}
	}
	if rnd.IntN(5) == 0 {
		w.killPortal()
		return
	}
	for _, page := range []string{"/healthz", "/api/v1/sheets?period=" + period, "/api/v1/review?period=" + period, "/api/v1/trends", "/api/v1/mine"} {
		ctx, cancel := context.WithTimeout(context.Background(), toAnswer)
		method, body := http.MethodGet, ""
		if strings.HasSuffix(page, "/mine") {
			method, body = http.MethodPost, `{"period":"`+period+`"}`
		}
		req, err := http.NewRequestWithContext(ctx, method, w.portal.base+page, strings.NewReader(body))
		if err == nil {
			req.Header.Set("Authorization", "Bearer "+w.token)
			req.Header.Set("Content-Type", "application/json")
			var answer *http.Response
			if answer, err = http.DefaultClient.Do(req); err == nil {
				text, _ := io.ReadAll(answer.Body)
				answer.Body.Close()
				w.mu.Lock()
				w.did[fmt.Sprintf("portal %d", answer.StatusCode)]++
				if answer.StatusCode >= 500 {
					w.failed["portal "+page+" "+string([]rune(string(text))[:min(100, len([]rune(string(text))))])]++
				}
				w.mu.Unlock()
			}
		}
		cancel()
		if err != nil {
			w.Errorf("the portal does not answer %s: %v", page, err)
			w.killPortal()
			return
		}
	}
}

// setUp makes the portal's first account, and the station of this installation.
func (w *world) setUp(rnd *rand.Rand) {
	if err := w.openPortal(rnd); err != nil {
		w.Fatal(err)
	}
	form := url.Values{"name": {"chaos"}, "person": {"张三"}, "password": {"a long password 1"}, "again": {"a long password 1"}, "station_name": {aStation}, "kind": {"platform"}}
	answer, err := http.PostForm(w.portal.link, form)
	if err != nil {
		w.Fatal(err)
	}
	text, _ := io.ReadAll(answer.Body)
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || strings.Contains(answer.Request.URL.Path, "setup") {
		w.Fatalf("%s\n%s", answer.Status, text)
	}
}

func (w *world) openPortal(rnd *rand.Rand) error {
	cmd := exec.Command(w.program, "serve", "--listen", "127.0.0.1:0")
	cmd.Env = w.environment(rnd)
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	timer := time.AfterFunc(toAnswer, func() { _ = cmd.Process.Kill() })
	defer timer.Stop()
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, base, ok := strings.Cut(lines.Text(), "监测站门户："); ok {
			w.portal.base, w.portal.cmd, w.portal.done = base, cmd, make(chan struct{})
			if w.token == "" && lines.Scan() && lines.Scan() {
				w.portal.link = strings.TrimSpace(lines.Text())
			}
			go func(done chan struct{}) {
				_, _ = io.Copy(io.Discard, out)
				_ = cmd.Wait()
				close(done)
			}(w.portal.done)
			return nil
		}
	}
	_ = cmd.Wait()
	return errors.New(strings.TrimSpace(errs.String()))
}

func (w *world) killPortal() {
	_ = w.portal.cmd.Process.Kill()
	<-w.portal.done
	w.portal.cmd = nil
}

func (w *world) stopPortal() {
	w.portal.mu.Lock()
	defer w.portal.mu.Unlock()
	if w.portal.cmd != nil {
		w.killPortal()
	}
}

// settle looks at what is left when all has ended.
func (w *world) settle(rnd *rand.Rand) {
	for _, l := range w.lots { // what was interrupted is imported again; what was acknowledged is not
		if l.done == 0 {
			w.must(w.put(rnd, l, 0))
		}
	}
	var group sync.WaitGroup
	for period := range periods { // different ones at the same time
		rnd := rand.New(rand.NewPCG(rnd.Uint64(), 0))
		group.Go(func() {
			for dictionary := range dictionaries {
				done := false
				for try := 0; try < lastTries && !done; try++ {
					done = w.report(rnd, 0, period, dictionary, false)
				}
				if !done {
					w.Errorf("the last report of %s with dictionary %s is not made: %v", period, dictionary, w.failed)
				}
			}
		})
	}
	group.Wait()
	for period := range periods { // with the portal's dictionary
		w.must(w.command(rnd, 0, "mine", "--period", period))
	}
	if r := w.command(rnd, 0, "store", "verify"); r.code != 0 {
		w.Errorf("store verify: %s%s", r.out, r.errs)
	}
	w.checkFrozen(rnd)
	if w.dsn == "" {
		w.checkBackups(rnd)
	}
	err := filepath.WalkDir(filepath.Dir(w.data), func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if path == w.scratch || filepath.Base(path) == "store" {
			return fs.SkipDir // what killed reports have left beside their sheets; the engine's own
		}
		if name := d.Name(); strings.HasSuffix(name, ".part") || strings.HasPrefix(name, ".") {
			w.Errorf("%s was left", path)
		}
		return nil
	})
	if err != nil {
		w.Error(err)
	}
}

// checkFrozen compares every frozen version, those of killed commands too.
func (w *world) checkFrozen(rnd *rand.Rand) {
	var versions []struct {
		Period  string `json:"period"`
		Version int    `json:"version"`
		By      string `json:"by"`
		Hash    string `json:"sha256"`
	}
	if err := json.Unmarshal([]byte(w.must(w.command(rnd, 0, "report", "versions", "--json"))), &versions); err != nil {
		w.Fatal(err)
	}
	for _, v := range versions {
		a := w.frozen[v.By]
		if a == nil {
			w.Errorf("version %d of %s was frozen by %s: nobody asked for it", v.Version, v.Period, v.By)
			continue
		}
		dir := filepath.Join(w.scratch, fmt.Sprintf("%s-%d", v.Period, v.Version))
		w.must(w.command(rnd, 0, "report", "platform", "--zero", "--period", v.Period, "--version", fmt.Sprint(v.Version), "--format", "json", "--out", dir))
		data, err := os.ReadFile(filepath.Join(dir, "platform-"+v.Period+".json"))
		if err != nil {
			w.Fatal(err)
		}
		if sum(data) != v.Hash {
			w.Errorf("version %d of %s is not what was frozen", v.Version, v.Period)
		}
		w.check(fmt.Sprintf("version %d, frozen by %s", v.Version, v.By), a, data)
	}
	w.Logf("%d frozen versions", len(versions))
}

// checkBackups verifies what was acknowledged, and restores a last one.
func (w *world) checkBackups(rnd *rand.Rand) {
	for _, file := range w.backups {
		w.must(w.command(rnd, 0, "backup", "--verify", file))
	}
	w.backups = nil
	w.backUp(rnd, 0)
	if len(w.backups) != 1 {
		w.Fatalf("no backup at the end: %v", w.failed)
	}
	list, err := os.ReadDir(filepath.Dir(w.backups[0]))
	if err != nil {
		w.Fatal(err)
	}
	for _, e := range list {
		if filepath.Ext(e.Name()) != ".backup" {
			w.Errorf("%s was left", e.Name())
		}
	}
	restored := filepath.Join(filepath.Dir(w.data), "restored")
	w.must(w.command(rnd, 0, "restore", w.backups[0], "--data", restored))
	w.data = restored
	for period := range periods {
		if !w.report(rnd, 0, period, "a", false) {
			w.Errorf("no report of %s from what was restored: %v", period, w.failed)
		}
	}
}
