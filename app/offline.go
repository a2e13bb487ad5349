package app

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"unicode/utf8"

	"github.com/tidwall/gjson"
	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/nlp"
)

const (
	offlineBatch   = 1000     // lines mined at once
	maxOfflineLine = 32 << 20 // bytes
)

// Offline says what mining a stream came to.
type Offline struct {
	Reviews  uint64 `json:"reviews"`
	Refused  uint64 `json:"refused"`
	Mentions uint64 `json:"mentions"`
	Affirmed uint64 `json:"affirmed"`
}

// MineOffline reads one review a line, {"id","text"}, and writes one mention
// a line, {"id","term","surface","start","end","assertion","cue"}, in the
// order of the reviews; start and end count runes of text. The id is copied
// as it stands, number or string. A line that cannot be used goes to problem,
// and the rest goes on. It uses all cores; memory does not grow with the
// stream. name stands for the stream in problems.
func MineOffline(
	ctx context.Context,
	miner *nlp.Miner,
	name string,
	in io.Reader,
	out io.Writer,
	problem func(*chaping.InputError),
	progress func(Offline),
) (Offline, error) {
	type job struct {
		lines []line
		done  chan result
	}
	var total Offline
	g, ctx := errgroup.WithContext(ctx)
	work := make(chan job, runtime.NumCPU())
	order := make(chan job, 2*runtime.NumCPU()) // jobs in the order of the input
	g.Go(func() error {
		defer close(work)
		defer close(order)
		return readLines(in, offlineBatch, func(lines []line) error {
			j := job{lines, make(chan result, 1)}
			for _, to := range []chan<- job{work, order} {
				select {
				case to <- j:
				case <-ctx.Done():
					return ctx.Err()
				}
			}
			return nil
		})
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			for j := range work {
				j.done <- mineLines(miner, name, j.lines)
			}
			return nil
		})
	}
	w := bufio.NewWriterSize(out, 1<<20)
	g.Go(func() error {
		for j := range order {
			var r result
			select {
			case r = <-j.done:
			case <-ctx.Done():
				return ctx.Err()
			}
			for _, e := range r.problems {
				problem(e)
			}
			total.Reviews += r.Reviews
			total.Refused += r.Refused
			total.Mentions += r.Mentions
			total.Affirmed += r.Affirmed
			if _, err := w.Write(r.out); err != nil {
				return err
			}
			if progress != nil {
				progress(total)
			}
		}
		return w.Flush()
	})
	err := g.Wait()
	return total, err
}

type line struct {
	number  int
	data    []byte
	tooLong bool
}

// result is what became of a batch of lines.
type result struct {
	Offline
	out      []byte
	problems []*chaping.InputError
}

// readLines hands out the lines of r in batches.
func readLines(r io.Reader, size int, emit func([]line) error) error {
	br := bufio.NewReaderSize(r, 1<<20)
	var batch []line
	var held int
	for number := 1; ; number++ {
		data, tooLong, err := readLine(br)
		if len(data) > 0 || tooLong {
			if number == 1 {
				data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
			}
			batch = append(batch, line{number, data, tooLong})
			held += len(data)
		}
		ended := errors.Is(err, io.EOF)
		if err != nil && !ended {
			return err
		}
		if len(batch) >= size || held > maxOfflineLine || ended && len(batch) > 0 {
			if err := emit(batch); err != nil {
				return err
			}
			batch, held = nil, 0
		}
		if ended {
			return nil
		}
	}
}

// readLine reads one line of any length, of which it keeps at most
// maxOfflineLine bytes.
func readLine(r *bufio.Reader) (data []byte, tooLong bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if !tooLong {
			data = append(data, part...)
			tooLong = len(data) > maxOfflineLine
		}
		if errors.Is(err, bufio.ErrBufferFull) {
			continue
		}
		return data, tooLong, err
	}
}

func mineLines(miner *nlp.Miner, name string, lines []line) result {
	var r result
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	var mentions []chaping.Mention
	known := goodsByName{miner: miner, known: map[string]nlp.Goods{}}
	for _, l := range lines {
		if l.data = bytes.TrimSpace(l.data); len(l.data) == 0 {
			continue
		}
		id, text, product, fault := parseLine(l)
		if fault != nil {
			fault.File, fault.Line = name, l.number
			r.problems = append(r.problems, fault)
			r.Refused++
			continue
		}
		r.Reviews++
		mentions = miner.MineGoods(mentions[:0], text, known.of(product))
		for _, m := range mentions {
			r.Mentions++
			if m.Assertion == chaping.Affirmed {
				r.Affirmed++
			}
			err := enc.Encode(struct {
				ID        json.RawMessage   `json:"id"`
				Term      string            `json:"term"`
				Surface   string            `json:"surface"`
				Start     int               `json:"start"`
				End       int               `json:"end"`
				Assertion chaping.Assertion `json:"assertion"`
				Cue       string            `json:"cue"`
			}{id, m.Term, m.Surface, m.Start, m.End, m.Assertion, m.Cue})
			if err != nil {
				panic(fmt.Sprintf("encoding a mention: %v", err)) // strings, numbers and an id that was parsed
			}
		}
	}
	r.out = buf.Bytes()
	return r
}

func parseLine(l line) (id json.RawMessage, text, product string, fault *chaping.InputError) {
	fail := func(field, value, problem, remedy string) (json.RawMessage, string, string, *chaping.InputError) {
		return nil, "", "", &chaping.InputError{Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	switch {
	case l.tooLong:
		return fail("", string(l.data[:64]), "这一行超过 32 MB", "检查文件是否缺少换行")
	case !utf8.Valid(l.data):
		return fail("", string(l.data), "不是 UTF-8 文本", "先转换成 UTF-8，例如 iconv -f gb18030 -t utf-8")
	case !json.Valid(l.data):
		return fail("", string(l.data), "不是 JSON 对象", `每行应是 {"id":…,"text":"…"}`)
	}
	fields := gjson.GetManyBytes(l.data, "id", "text", "product")
	switch {
	case !fields[0].Exists():
		return fail("id", string(l.data), "缺少 id", `每行应是 {"id":…,"text":"…"}`)
	case fields[1].Type != gjson.String:
		return fail("text", string(l.data), "缺少 text，或它不是字符串", `每行应是 {"id":…,"text":"…"}`)
	}
	return json.RawMessage(fields[0].Raw), fields[1].Str, fields[2].Str, nil
}
