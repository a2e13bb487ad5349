package engine

import (
	"errors"
	"io"
	"runtime"
	"strings"
	"unsafe"
)

// errConnect tells nothing of the cause: libchdb writes that to its log only.
var errConnect = errors.New("chdb_connect failed")

// A failure is the engine's own text of an error, "Code: N. DB::Exception: ...".
type failure string

func (f failure) Error() string { return string(f) }

// A conn is one connection to the engine. It runs one statement at a time and
// is not safe for concurrent use; several connections work side by side.
type conn struct {
	lib      *library
	handle   *unsafe.Pointer
	name     string // log_comment of its statements, by which they are killed
	database string // current database
}

// dial opens a connection. Arguments are those of clickhouse-server.
func (l *library) dial(name string, args ...string) (*conn, error) {
	var pin runtime.Pinner
	defer pin.Unpin()
	var argv []*byte
	for _, arg := range append([]string{"chaping", "--log_comment=" + name}, args...) {
		s := append([]byte(arg), 0)
		pin.Pin(&s[0])
		argv = append(argv, &s[0])
	}
	argc := int32(len(argv))
	argv = append(argv, nil)
	handle := l.connect(argc, &argv[0])
	if handle == nil || *handle == nil {
		return nil, errConnect
	}
	return &conn{lib: l, handle: handle, name: name, database: "default"}, nil
}

func (c *conn) close() { c.lib.closeConn(c.handle) }

// check is the error that a result carries. It frees a result that carries one.
func (c *conn) check(result unsafe.Pointer) error {
	if result == nil {
		return errors.New("libchdb returned no result")
	}
	text := c.lib.resultError(result)
	if text == "" {
		return nil
	}
	c.lib.resultDestroy(result)
	return failure(text)
}

// data is what a result holds, in memory that belongs to the result.
func (c *conn) data(result unsafe.Pointer) []byte {
	n := c.lib.resultLength(result)
	if n == 0 {
		return nil
	}
	return unsafe.Slice(c.lib.resultBuffer(result), n)
}

// call runs one of the C functions that take a statement and a format.
func (c *conn) call(
	fn func(unsafe.Pointer, *byte, uintptr, *byte, uintptr) unsafe.Pointer,
	sql, format string,
) unsafe.Pointer {
	return fn(*c.handle, unsafe.StringData(sql), uintptr(len(sql)), unsafe.StringData(format), uintptr(len(format)))
}

// exec runs a statement and returns its whole answer.
func (c *conn) exec(sql, format string) ([]byte, error) {
	result := c.call(c.lib.query, sql, format)
	if err := c.check(result); err != nil {
		return nil, err
	}
	defer c.lib.resultDestroy(result)
	return append([]byte(nil), c.data(result)...), nil
}

// use makes a database the current one.
func (c *conn) use(database string) error {
	if database == "" || database == c.database {
		return nil
	}
	if _, err := c.exec("USE "+quote(database), "Null"); err != nil {
		return err
	}
	c.database = database
	return nil
}

// quote writes a name as an SQL identifier.
func quote(name string) string {
	return "`" + strings.NewReplacer("\\", "\\\\", "`", "\\`").Replace(name) + "`"
}

// insert feeds body to an INSERT statement that has no FORMAT clause. When
// reading the body fails, the insert is cancelled; blocks that the engine had
// already written stay, as they do on a server.
func (c *conn) insert(sql, format string, body io.Reader) error {
	stream := c.call(c.lib.insert, sql, format)
	defer c.lib.insertDestroy(stream)
	if text := c.lib.insertError(stream); text != "" {
		return failure(text)
	}
	chunk := make([]byte, 1<<20)
	var total int64
	for {
		n, err := body.Read(chunk)
		if n > 0 && c.lib.insertAppend(stream, &chunk[0], uintptr(n)) != 0 {
			return failure(c.lib.insertError(stream))
		}
		total += int64(n)
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
	}
	if total == 0 {
		// The driver sends an empty body when it failed to encode the batch.
		return errors.New("INSERT without data")
	}
	result := c.lib.insertDone(stream)
	if err := c.check(result); err != nil {
		return err
	}
	c.lib.resultDestroy(result)
	return nil
}

// notStreamable begins the error with which the engine declines to stream a
// statement that is not a SELECT; it has not run it.
const notStreamable = "Code: 36. DB::Exception: Streaming query is not supported"

// A stream is the answer of a SELECT, read chunk by chunk.
type stream struct {
	conn   *conn
	handle unsafe.Pointer // nil once closed
	result unsafe.Pointer // holds the current chunk; nil between chunks
	rest   []byte         // what is still unread of it
}

// answer runs a statement and returns its answer for reading. The first chunk
// has been fetched, so that an error in the statement is returned here. What
// writes is not offered for streaming: the engine analyses it before it declines,
// which takes as long as running it on few rows.
func (c *conn) answer(sql, format string) (*stream, error) {
	if !onlyReads(sql) {
		return c.whole(sql, format)
	}
	s := &stream{conn: c}
	handle := c.call(c.lib.streamQuery, sql, format)
	switch err := c.check(handle); {
	case err != nil && strings.HasPrefix(err.Error(), notStreamable):
		return c.whole(sql, format)
	case err != nil:
		return nil, err
	}
	s.handle = handle
	if err := s.fetch(); err != nil && err != io.EOF {
		s.close()
		return nil, err
	}
	return s, nil
}

// whole runs a statement and returns its answer for reading, all of it in one
// chunk.
func (c *conn) whole(sql, format string) (*stream, error) {
	result := c.call(c.lib.query, sql, format)
	if err := c.check(result); err != nil {
		return nil, err
	}
	return &stream{conn: c, result: result, rest: c.data(result)}, nil
}

// fetch gets the next chunk.
func (s *stream) fetch() error {
	s.free()
	if s.handle == nil {
		return io.EOF
	}
	result := s.conn.lib.streamFetch(*s.conn.handle, s.handle)
	if err := s.conn.check(result); err != nil {
		return err
	}
	s.result = result
	s.rest = s.conn.data(result)
	if len(s.rest) == 0 {
		s.close()
		return io.EOF
	}
	return nil
}

func (s *stream) read(p []byte) (int, error) {
	for len(s.rest) == 0 {
		if err := s.fetch(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

func (s *stream) free() {
	if s.result != nil {
		s.conn.lib.resultDestroy(s.result)
		s.result, s.rest = nil, nil
	}
}

// close ends the stream, also before its end. It may be called twice.
func (s *stream) close() {
	s.free()
	if s.handle != nil {
		s.conn.lib.streamCancel(*s.conn.handle, s.handle)
		s.conn.lib.resultDestroy(s.handle)
		s.handle = nil
	}
}
