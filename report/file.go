package report

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"time"

	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	jsonv1 "github.com/go-json-experiment/json/v1"

	"chaping"
)

// WriteFile writes a file that appears under its name only when write has
// succeeded; a failure leaves what was there before.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return writeDevice(path, write)
	}
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	out := Output{Writer: f}
	if err := write(&out); err != nil || out.Err != nil {
		return out.fault(path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return cannotWrite(path, err)
	}
	if err := f.Close(); err != nil {
		return errors.Join(cannotWrite(path, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// writeDevice writes to what is no file: a pipe or a device is not replaced.
func writeDevice(path string, write func(io.Writer) error) error {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return cannotWrite(path, err)
	}
	out := Output{Writer: f}
	if err := write(&out); err != nil || out.Err != nil {
		return errors.Join(out.fault(path, err), f.Close())
	}
	if err := f.Close(); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

// An Output remembers the first error of writing to what stands behind it, so that
// nobody who writes has to.
type Output struct {
	io.Writer
	Err error
}

// Write writes what can still be written.
func (o *Output) Write(b []byte) (int, error) {
	if o.Err != nil {
		return 0, o.Err
	}
	n, err := o.Writer.Write(b)
	o.Err = err
	return n, err
}

// fault is why the output is not there: that it could not be written, or what who wrote
// tells the user.
func (o *Output) fault(path string, err error) error {
	var told *chaping.Error
	var input *chaping.InputError
	switch {
	case o.Err != nil:
		return cannotWrite(path, o.Err)
	case errors.As(err, &told), errors.As(err, &input):
		return err
	}
	return cannotWrite(path, err)
}

func cannotWrite(path string, err error) error {
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "文件写不出来：" + path,
		Remedy:  "检查目录是否存在、是否可写、磁盘是否已满；文件若正在 Excel 中打开，请先关闭",
		Err:     err,
	}
}

// platformJSON is the sheet as JSON: the array "rows" carries what sheet B
// prints and the alternative counts, "evidence" what stands behind them.
type platformJSON struct {
	Form            string           `json:"form"`
	Period          string           `json:"period"`
	From            string           `json:"from"`
	To              string           `json:"to"`
	Station         string           `json:"station"`
	Filed           string           `json:"filed"`
	Dictionary      string           `json:"dictionary"`
	Learning        string           `json:"learning,omitempty"`
	Second          string           `json:"second_reader,omitempty"`
	Program         string           `json:"program"`
	Definitions     []Definition     `json:"definitions"`
	Quality         *chaping.Quality `json:"quality,omitempty"` // sheets of earlier versions have none
	Rows            []PlatformRow    `json:"rows"`
	Unlisted        []PlatformRow    `json:"unlisted_rows,omitempty"` // sheets of earlier versions have none
	Evidence        []Evidence       `json:"evidence"`
	EvidenceOmitted int              `json:"evidence_omitted"`
}

// JSON is the sheet as JSON. That of a frozen sheet is what was frozen, byte
// for byte.
func (p *Platform) JSON() ([]byte, error) { return encode(p.json()) }

// Hash is the sha256 of the sheet's JSON, in hexadecimal digits.
func (p *Platform) Hash() (string, error) {
	sum := sha256.New()
	err := formJSON(sum, p.json())
	return hex.EncodeToString(sum.Sum(nil)), err
}

// WriteJSON writes the sheet's JSON.
func (p *Platform) WriteJSON(path string) error { return writeJSON(path, p.json()) }

func (p *Platform) json() platformJSON {
	from, to := p.window()
	return platformJSON{
		Form: "platform", Period: p.Period.String(), From: from, To: to, Station: p.Station, Filed: day(p.Filed),
		Dictionary: p.Dictionary, Learning: p.Learning, Second: p.Second, Program: p.Program, Definitions: p.Definitions(),
		Quality: p.Quality, Rows: orEmpty(p.Rows), Unlisted: p.Unlisted, Evidence: orEmpty(p.Evidence),
		EvidenceOmitted: p.EvidenceOmitted,
	}
}

// ReadPlatform is the sheet that JSON wrote, with the definitions it was
// signed with.
func ReadPlatform(data []byte) (*Platform, error) {
	var j platformJSON
	if err := json.Unmarshal(data, &j); err != nil {
		return nil, err
	}
	period, filed, err := readHead(j.Period, j.Filed)
	if err != nil {
		return nil, err
	}
	p := &Platform{Station: j.Station, Filed: filed, Period: period, Dictionary: j.Dictionary, Learning: j.Learning,
		Second: j.Second, Program: j.Program, Quality: j.Quality, Rows: j.Rows, Unlisted: j.Unlisted, Evidence: j.Evidence,
		EvidenceOmitted: j.EvidenceOmitted, definitions: j.Definitions}
	p.UnreviewedReviews = p.unreviewed()
	return p, nil
}

// unreviewed counts, in the evidence that the sheet has, the reviews and terms
// that nobody has looked at, each once.
func (p *Platform) unreviewed() uint64 {
	seen := map[chaping.Judged]bool{}
	for i := range p.Evidence {
		e := &p.Evidence[i]
		if e.Verdict != chaping.Unreviewed || e.Seq < 1 || e.Seq > len(p.Rows)+len(p.Unlisted) {
			continue
		}
		r := p.row(e.Seq)
		seen[chaping.Judged{Review: chaping.ReviewKey{Platform: r.Platform, Product: r.ProductID, Review: e.Review}, Term: r.Term}] = true
	}
	return uint64(len(seen))
}

// formJSON is how forms are written as JSON: as they always were, since the
// hash of a frozen sheet is one of its bytes, but piece by piece.
func formJSON(w io.Writer, v any) error {
	err := jsonv2.MarshalWrite(w, v, jsonv1.DefaultOptionsV1(), jsontext.WithIndent(" "), jsontext.EscapeForHTML(false))
	if err == nil {
		_, err = io.WriteString(w, "\n")
	}
	return err
}

func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	err := formJSON(&b, v)
	return b.Bytes(), err
}

func writeJSON(path string, v any) error {
	return WriteFile(path, func(w io.Writer) error { return formJSON(w, v) })
}

// day writes a date, "" for none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.In(chaping.Shanghai()).Format(time.DateOnly)
}

// readHead reads a sheet's period and day of filing.
func readHead(period, filed string) (p chaping.Period, t time.Time, err error) {
	if p, err = chaping.ParsePeriod(period); err == nil {
		t, err = readDay(filed)
	}
	return p, t, err
}

func readDay(s string) (time.Time, error) {
	if s == "" {
		return time.Time{}, nil
	}
	return time.ParseInLocation(time.DateOnly, s, chaping.Shanghai())
}

// orEmpty makes JSON print [] and not null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
