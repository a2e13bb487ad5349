package engine

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/ClickHouse/ch-go/proto"
	"github.com/ClickHouse/clickhouse-go/v2"
	chcolumn "github.com/ClickHouse/clickhouse-go/v2/lib/column"
	native "github.com/ClickHouse/clickhouse-go/v2/lib/proto"
)

const (
	// MaxStatement bounds the text of a statement, bound values included.
	MaxStatement = 64 << 20

	// ConfigName is the file of the data directory that the engine reads when
	// it starts.
	ConfigName = "engine.xml"

	// BackupFolder is the folder of the data directory that BACKUP and RESTORE
	// may use.
	BackupFolder = "backup.part"

	// spill is the memory from which aggregation and sorting go to disk.
	spill = 512 << 20

	// minFree is what must be free on disk for an insert to begin. 26.7
	// confirms inserts whose files could not be written in full; so writing
	// must not come to the end of the disk.
	minFree = 256 << 20

	// maxIdle is how many connections are kept open for the next statement.
	maxIdle = 4

	// killEvery is the pause between attempts to kill a statement whose
	// context is done: it may not have begun yet when the first one is made.
	killEvery = 50 * time.Millisecond
)

// A local runs statements on libchdb in this process.
type local struct {
	lib     *library
	args    []string // of every connection
	control *conn    // keeps the engine running, and kills statements
	killing sync.Mutex
	hello   []byte // the answer to the driver's hello

	mu     sync.Mutex
	idle   []*conn
	serial int            // of the latest connection
	open   sync.WaitGroup // statements whose response is open
	closed bool
}

// openLocal starts the engine on a data path. One process can have one path
// open at a time.
func openLocal(lib *library, path string) (*local, error) {
	config, err := writeConfig(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	defer os.Remove(config) // it has been read by then
	l := &local{lib: lib, args: []string{
		"--path=" + path,
		"--config-file=" + config,
		"--backups.allowed_path=" + filepath.Join(filepath.Dir(path), BackupFolder),
		"--max_query_size=" + strconv.Itoa(MaxStatement),
		"--max_bytes_before_external_group_by=" + strconv.Itoa(spill),
		"--max_bytes_before_external_sort=" + strconv.Itoa(spill),
		"--defer_partition_pruning_after_final=0", // see store.pruning
		"--optimize_on_insert=0",                  // FINAL and merges see to copies; doing it at every insert is half the insert's time
		"--min_free_disk_bytes_to_perform_insert=" + strconv.Itoa(minFree),
	}}
	if l.control, err = l.dial(); err != nil {
		return nil, err
	}
	version, err := l.control.exec("SELECT version()", "TSVRaw")
	if err == nil {
		l.hello, err = encodeHello(strings.TrimSpace(string(version)))
	}
	if err != nil {
		l.control.close()
		return nil, err
	}
	return l, nil
}

//go:embed engine.xml
var config string

// writeConfig writes the engine's configuration. It gives the engine's only
// user rights to tables, none to files, addresses and programs: whatever
// statement comes through, the engine reads its own data only. Without it, the
// engine would take a config.xml from the working directory. The file has a name
// of its own, so that a killed owner leaves no more than the next one writes anew.
func writeConfig(dir string) (path string, err error) {
	path = filepath.Join(dir, ConfigName)
	var name strings.Builder // the users stand in the same file
	if err := xml.EscapeText(&name, []byte(path)); err != nil {
		return "", err
	}
	return path, os.WriteFile(path, fmt.Appendf(nil, config, name.String()), 0o600)
}

// encodeHello is the answer to the driver's hello, see the package comment.
func encodeHello(version string) ([]byte, error) {
	var block native.Block
	for _, column := range []struct{ name, kind string }{
		{"displayName()", "String"}, {"version()", "String"}, {"revision()", "UInt32"}, {"timezone()", "String"},
	} {
		if err := block.AddColumn(column.name, chcolumn.Type(column.kind)); err != nil {
			return nil, err
		}
	}
	if err := block.Append("chaping", version, uint32(0), "UTC"); err != nil {
		return nil, err
	}
	var buffer proto.Buffer
	if err := block.Encode(&buffer, clickhouse.ClientTCPProtocolVersion); err != nil {
		return nil, err
	}
	return buffer.Buf, nil
}

// dial opens a further connection.
func (l *local) dial() (*conn, error) {
	l.mu.Lock()
	l.serial++
	name := "chaping-" + strconv.Itoa(l.serial)
	l.mu.Unlock()
	return l.lib.dial(name, l.args...)
}

// acquire gets a connection for one statement; release gives it back.
func (l *local) acquire() (*conn, error) {
	l.mu.Lock()
	if l.closed {
		l.mu.Unlock()
		return nil, errClosed
	}
	l.open.Add(1)
	if n := len(l.idle); n > 0 {
		c := l.idle[n-1]
		l.idle = l.idle[:n-1]
		l.mu.Unlock()
		return c, nil
	}
	l.mu.Unlock()
	c, err := l.dial()
	if err != nil {
		l.open.Done()
		return nil, err
	}
	return c, nil
}

// A connection that is not clean is closed instead of kept.
func (l *local) release(c *conn, clean bool) {
	defer l.open.Done()
	l.mu.Lock()
	keep := clean && len(l.idle) < maxIdle && !l.closed
	if keep {
		l.idle = append(l.idle, c)
	}
	l.mu.Unlock()
	if !keep {
		c.close()
	}
}

// close waits for open statements and stops the engine.
func (l *local) close() {
	l.mu.Lock()
	l.closed = true
	idle := l.idle
	l.idle = nil
	l.mu.Unlock()
	for _, c := range idle {
		c.close()
	}
	l.open.Wait()
	l.control.close()
}

// watch kills what runs on c as soon as ctx is done, until stop is called.
func (l *local) watch(ctx context.Context, c *conn) (stop func()) {
	if ctx.Done() == nil {
		return func() {}
	}
	over, gone := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(gone)
		select {
		case <-over:
			return
		case <-ctx.Done():
		}
		for {
			l.killing.Lock()
			// An error means that there is nothing to kill yet, or that it
			// cannot be killed and runs to its end.
			_, _ = l.control.exec("KILL QUERY WHERE Settings['log_comment'] = '"+c.name+"' ASYNC", "Null")
			l.killing.Unlock()
			select {
			case <-over:
				return
			case <-time.After(killEvery):
			}
		}
	}()
	return sync.OnceFunc(func() { close(over); <-gone })
}

var insertFormat = regexp.MustCompile(`(?is)^(\s*INSERT\s.*\S)\s+FORMAT\s+(\w+)\s*$`)

// RoundTrip runs one statement, as ClickHouse's HTTP interface takes it. It
// leaves the request's body to be closed by the caller.
func (l *local) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	body := req.Body
	if body == nil {
		body = http.NoBody
	}

	q, err := parseRequest(req.URL.Query())
	if err != nil {
		return respond(req, nil, err), nil
	}
	var insert []string
	if q.sql == "" {
		text, err := io.ReadAll(io.LimitReader(body, MaxStatement+1))
		if err != nil {
			return nil, err
		}
		if len(text) > MaxStatement {
			return respond(req, nil, fmt.Errorf("statement longer than %d MB", MaxStatement>>20)), nil
		}
		if q.sql = string(text); strings.TrimSpace(q.sql) == "" { // libchdb takes it for one without rows
			return respond(req, nil, errors.New("no statement")), nil
		}
	} else if insert = insertFormat.FindStringSubmatch(q.sql); insert == nil {
		return respond(req, nil, errors.New("only INSERT ... FORMAT takes data")), nil
	}
	if strings.HasPrefix(q.sql, "SELECT displayName(), version(), revision()") {
		return respond(req, io.NopCloser(bytes.NewReader(l.hello)), nil), nil
	}

	c, err := l.acquire()
	if err != nil {
		return respond(req, nil, err), nil
	}
	stop := l.watch(ctx, c)
	finish := sync.OnceFunc(func() {
		stop()
		l.release(c, q.reset(c) == nil)
	})
	if err = q.prepare(c); err == nil {
		if insert != nil {
			err = c.insert(insert[1], insert[2], body)
		} else {
			var s *stream
			if s, err = c.answer(q.sql, "Native"); err == nil && len(s.rest) > 0 {
				return respond(req, &answer{ctx: ctx, stream: s, finish: finish}, nil), nil
			} else if err == nil {
				s.close()
			}
		}
	}
	finish()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	return respond(req, nil, err), nil
}

// A request is what the URL of a statement says.
type request struct {
	sql      string // empty: in the body
	database string
	settings url.Values
}

func parseRequest(params url.Values) (request, error) {
	q := request{sql: params.Get("query"), database: params.Get("database"), settings: params}
	for name := range params {
		switch {
		case name == "query", name == "database", name == "query_id", name == "quota_key",
			name == "default_format", name == "client_protocol_version":
			delete(params, name)
		case strings.HasPrefix(name, "param_"):
			return q, errors.New("query parameters are not supported, bind values instead")
		case !settingName.MatchString(name):
			return q, fmt.Errorf("%q is not the name of a setting", name)
		}
	}
	return q, nil
}

var settingName = regexp.MustCompile(`^[a-z][a-z0-9_]*$`)

// prepare makes the request's database and settings those of the connection.
func (q *request) prepare(c *conn) error {
	if err := c.use(q.database); err != nil {
		return err
	}
	return q.set(c, func(name string) string {
		return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(q.settings.Get(name)) + "'"
	})
}

// reset undoes the settings. It fails where one of them does not exist.
func (q *request) reset(c *conn) error {
	return q.set(c, func(string) string { return "DEFAULT" })
}

func (q *request) set(c *conn, value func(name string) string) error {
	if len(q.settings) == 0 {
		return nil
	}
	var assignments []string
	for _, name := range slices.Sorted(maps.Keys(q.settings)) {
		assignments = append(assignments, name+" = "+value(name))
	}
	_, err := c.exec("SET "+strings.Join(assignments, ", "), "Null")
	return err
}

// respond makes an HTTP response of an answer or of an error. Content-Length
// is 0 where there is nothing: to the driver that means that no rows come.
func respond(req *http.Request, body io.ReadCloser, err error) *http.Response {
	resp := &http.Response{
		Status: "200 OK", StatusCode: http.StatusOK,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{}, Body: http.NoBody, Request: req,
	}
	switch {
	case err != nil:
		resp.Status, resp.StatusCode = "500 Internal Server Error", http.StatusInternalServerError
		text := err.Error()
		resp.Header.Set("Content-Type", "text/plain; charset=utf-8")
		resp.ContentLength = int64(len(text))
		resp.Body = io.NopCloser(strings.NewReader(text))
	case body != nil:
		resp.Header.Set("Content-Type", "application/octet-stream")
		resp.ContentLength = -1
		resp.Body = body
	}
	return resp
}

// An answer is the body of a response: what a statement returns, chunk by
// chunk, then an error frame if it failed on the way.
type answer struct {
	ctx    context.Context // the request's
	mu     sync.Mutex      // Close may come while Read runs
	stream *stream         // nil once finished
	frame  io.Reader       // what is left of the error frame
	finish func()
}

func (a *answer) Read(p []byte) (int, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.frame != nil {
		return a.frame.Read(p)
	}
	if err := a.ctx.Err(); err != nil {
		a.end()
		return 0, err
	}
	if a.stream == nil {
		return 0, io.EOF
	}
	n, err := a.stream.read(p)
	if err == nil {
		return n, nil
	}
	a.end()
	if ctxErr := a.ctx.Err(); ctxErr != nil {
		return 0, ctxErr // it was killed for that
	}
	if err == io.EOF {
		return 0, err
	}
	a.frame = errorFrame(err)
	return a.frame.Read(p)
}

func (a *answer) Close() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.end()
	return nil
}

// end gives the connection back.
func (a *answer) end() {
	if a.stream != nil {
		a.stream.close()
		a.stream = nil
		a.finish()
	}
}

// errorFrame writes an error as ClickHouse writes it into a response that has
// begun.
func errorFrame(err error) io.Reader {
	const tag = "chaping-engine-0"
	text := err.Error()
	return strings.NewReader(
		fmt.Sprintf("\r\n__exception__\r\n%s\r\n%s\n%d %s\r\n__exception__\r\n", tag, text, len(text), tag),
	)
}
