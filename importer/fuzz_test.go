package importer

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"chaping"
)

// Whatever a file is, reading it neither crashes nor stores what is no review,
// and every row is accounted for.
func FuzzFile(f *testing.F) {
	for _, k := range kinds(f) {
		if len(k.data) < 20_000 {
			f.Add(k.file, []byte(k.data))
		}
	}
	f.Add("a.csv", []byte("sep=;\n评论;时间\n\"a\n"))
	f.Add("a.json", []byte(`{"a":[{"b":[{"text":"x","time":1}]}]}`))
	f.Add("a.json", []byte(`cb([[[{}]]]`))
	f.Add("a.xls", []byte("<table><tr><td rowspan=9999999 colspan=99999999>x<tr><table>"))
	f.Add("a.xls", []byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		path := filepath.Join(dir, "f"+filepath.Ext(filepath.Base(filepath.Clean("/"+name))))
		if strings.ContainsAny(path, "\x00") || os.WriteFile(path, data, 0o600) != nil {
			t.Skip("no name that a file can have")
		}
		sink := &memory{}
		o := Options{Sink: sink, Now: now, Facts: Facts{ProductID: "p"}}
		u, err := Inspect(context.Background(), path, o)
		refused(t, err)
		for _, c := range u.Columns {
			if c.Parsed > c.Filled || len(c.Samples) > 3 {
				t.Errorf("%+v", c)
			}
		}
		sum, err := Import(context.Background(), path, o)
		refused(t, err)
		if sum.Rows != sum.Accepted+sum.Refused || int64(len(sink.reviews)) != sum.Accepted {
			t.Errorf("%+v, %d stored", sum, len(sink.reviews))
		}
		for _, r := range sink.reviews {
			if r.ID == "" || r.Product == "" || r.Published.IsZero() || r.Rating < 0 || r.Rating > 5 || !utf8.ValidString(r.Text+r.ID+r.Product+r.Appended) {
				t.Errorf("%+v", r)
			}
		}
	})
}

// refused makes sure that an error is one for a person.
func refused(t *testing.T, err error) {
	t.Helper()
	var input *chaping.InputError
	var ours *chaping.Error
	if err != nil && !errors.As(err, &input) && !errors.As(err, &ours) {
		t.Errorf("%T %v", err, err)
	}
	if input != nil && (input.Problem == "" || input.Remedy == "") {
		t.Errorf("%+v", input)
	}
}

// Every line of a delimited text comes back in some row.
func FuzzDelimited(f *testing.F) {
	f.Add("a,b,c\n1,\"x\ny\",3\n", ",", 3)
	f.Add("a,\"b\n\"c\",d\n\"\"\"\n", ",", 2)
	f.Add("\"\n\"\n\"", "\t", 1)
	f.Add("=\"0\"", "1", 47)
	f.Fuzz(func(t *testing.T, text, comma string, width int) {
		if len(comma) != 1 || strings.ContainsAny(comma, "\"\n\r") || comma[0] >= 0x80 {
			t.Skip("no delimiter that a file can have")
		}
		text = strings.ToValidUTF8(strings.NewReplacer("\r", "", "\ufffd", "", "\ufeff", "").Replace(text), "")
		d := newDelimited("f", bufio.NewReader(strings.NewReader(text)), newDecoder(charsetAuto), comma)
		d.setWidth(width)
		var letters strings.Builder
		line := 0
		for {
			row, err := d.next()
			if err != nil {
				break
			}
			if row.line <= line {
				t.Fatalf("line %d after %d", row.line, line)
			}
			line = row.line
			for _, cell := range row.cells {
				letters.WriteString(cell)
			}
		}
		// ="0010" keeps an ID from spreadsheets.
		bare := func(s string) string {
			return strings.NewReplacer("\"", "", "=", "", "\n", "", comma, "", " ", "").Replace(s)
		}
		if !sepLine.MatchString(strings.SplitN(text, "\n", 2)[0]) && bare(letters.String()) != bare(text) {
			t.Errorf("%q: %q", text, letters.String())
		}
	})
}

func FuzzSniffDelimiter(f *testing.F) {
	f.Add("a;b;c\n1;2;3\n")
	f.Add("sep=|\n")
	v := newVocabulary(profile(f, "standard"))
	f.Fuzz(func(t *testing.T, text string) {
		if comma := sniffDelimiter(text, v.known); comma == "" || strings.ContainsAny(comma, "\n\"") && !strings.HasPrefix(text, "sep=") {
			t.Errorf("%q: %q", text, comma)
		}
	})
}

// Names of columns of any kind are read, and mean a field that there is.
func FuzzNames(f *testing.F) {
	for _, name := range []string{"评论内容(必填)", "user.id", "^title", "review_body", "*", "商家回复内容", "字段1"} {
		f.Add(name)
	}
	v := newVocabulary(profile(f, "standard"))
	f.Fuzz(func(t *testing.T, name string) {
		for field, fit := range v.fits(name) {
			if TitleOf(field) == "" || fit < 0 || fit > 1 {
				t.Errorf("%q: %s %v", name, field, fit)
			}
		}
	})
}

// A text in UTF-16 without its mark is told from others.
func TestUTF16Order(t *testing.T) {
	for _, tt := range []struct {
		text string
		ok   bool
	}{{"a\x00,\x00b\x00\n\x00\x4b\x6f\x35\x75,\x00", true}, {"评论,时间\n", false}, {"", false}, {strings.Repeat("x", 100), false}} {
		if _, ok := utf16Order(bytes.Repeat([]byte(tt.text), 3)); ok != tt.ok {
			t.Errorf("%q: %v", tt.text, ok)
		}
	}
}
