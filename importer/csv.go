package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"chaping"
)

const (
	maxColumns = 1 << 14 // of a row, as many as a worksheet has
	// A quoted cell may go on over this many lines; a quote that is open for
	// longer is one that was never closed.
	maxCellLines = 2000
	maxCellBytes = 4 << 20
)

// delimited reads CSV and its kin as people's programs write them. A quote that
// breaks the rules spoils its own line only: the line is then read as it
// stands, and every line of the file comes back in some row.
type delimited struct {
	file    string
	lines   *lineReader
	comma   string
	width   int    // columns of the header, once it is known
	first   string // the first line that has several cells
	orphan  bool   // a quote was opened and not closed
	widest  int    // cells of a row so far, in whose text no quotes stand
	started bool
}

// A textLine is a line of a file without its end.
type textLine struct {
	text    string
	number  int
	damaged bool // bytes had to be replaced
	tooLong bool
}

// lineReader reads the lines of a text, and may take some back.
type lineReader struct {
	r      *bufio.Reader
	dec    decoder
	number int
	back   []textLine
}

func (l *lineReader) next() (textLine, error) {
	if n := len(l.back); n > 0 {
		line := l.back[n-1]
		l.back = l.back[:n-1]
		return line, nil
	}
	raw, tooLong, err := readLine(l.r)
	if err != nil && (len(raw) == 0 || !errors.Is(err, io.EOF)) {
		return textLine{}, err
	}
	l.number++
	line := textLine{number: l.number, tooLong: tooLong}
	if tooLong {
		raw = raw[:80]
	}
	raw = bytes.TrimRight(raw, "\r\n")
	raw = bytes.TrimPrefix(raw, []byte("\xef\xbb\xbf")) // files that were joined have more than one
	line.text, line.damaged = l.dec.decode(string(raw))
	return line, nil
}

// unread takes lines back, the first to be read next.
func (l *lineReader) unread(lines []textLine) {
	for i := len(lines) - 1; i >= 0; i-- {
		l.back = append(l.back, lines[i])
	}
}

// returns makes line feeds of carriage returns: files of old Macs have no others.
type returns struct{ r io.Reader }

func (c returns) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	for i := range n {
		if p[i] == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// newDelimited reads rows whose cells comma separates.
func newDelimited(file string, r *bufio.Reader, dec decoder, comma string) *delimited {
	return &delimited{file: file, lines: &lineReader{r: r, dec: dec}, comma: comma}
}

func (d *delimited) table() (string, error) {
	if d.started {
		return "", io.EOF
	}
	d.started = true
	return "", nil
}

func (d *delimited) setWidth(n int) { d.width = n }

func (d *delimited) Close() error { return nil }

func (d *delimited) next() (gridRow, error) {
	for {
		line, err := d.lines.next()
		if err != nil {
			return gridRow{}, err
		}
		if line.tooLong {
			return gridRow{line: line.number, fault: &chaping.InputError{File: d.file, Line: line.number,
				Value: line.text, Problem: "这一行超过 32 MB", Remedy: "检查是否缺少换行"}}, nil
		}
		if d.first == "" && strings.Count(line.text, d.comma) > 1 {
			d.first = line.text
		} else if row, ok := strings.CutSuffix(line.text, d.first); ok && row != "" && len(d.first) > 8 &&
			!strings.HasSuffix(row, d.comma) { // files were joined, the first of which ended without a line end
			d.lines.unread([]textLine{{text: strings.TrimSuffix(row, "\ufeff"), number: line.number, damaged: line.damaged},
				{text: d.first, number: line.number}})
			continue
		}
		if strings.IndexByte(line.text, '\r') >= 0 {
			if parts := d.returned(line); len(parts) > 1 {
				d.lines.unread(parts)
				continue
			}
		}
		if line.number == 1 && sepLine.MatchString(line.text) {
			continue
		}
		return d.row(line)
	}
}

// returned are the rows of a line that carriage returns end, as in a file that was
// put together of several. Those within a cell end no row.
func (d *delimited) returned(line textLine) []textLine {
	whole := max(d.width, d.widest)
	var parts []textLine
	rows := 0
	for part := range strings.SplitSeq(strings.ReplaceAll(line.text, "\r\r", "\r"), "\r") {
		if part == "" {
			continue
		}
		s := splitter{comma: d.comma}
		s.feed(part)
		n := len(s.cells)
		if n < 2 || s.open || s.illegal || whole > 0 && n != whole {
			return nil
		}
		rows++
		parts = append(parts, textLine{text: part, number: line.number, damaged: line.damaged})
	}
	return parts
}

// sepLine tells Excel the delimiter; it is no row.
var sepLine = regexp.MustCompile(`^"?sep=(.)"?[,;\t]*$`)

// row reads the row that begins with a line.
func (d *delimited) row(first textLine) (gridRow, error) {
	row := gridRow{line: first.number, damaged: first.damaged}
	if !strings.Contains(first.text, `"`) {
		cells := strings.Split(first.text, d.comma)
		if d.width == 0 {
			d.widest = max(d.widest, len(cells))
		}
		return d.checked(row, cells), nil
	}
	known := d.width
	if known == 0 { // the names of the columns have been read, though nobody has said yet that it is them
		known = d.widest
	}
	s := splitter{comma: d.comma}
	s.feed(first.text)
	var more []textLine
	for size := 0; s.open && !s.illegal && len(more) < maxCellLines && size < maxCellBytes; {
		line, err := d.lines.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return row, err
		}
		size += len(line.text)
		more = append(more, line)
		if line.tooLong {
			break
		}
		s.text("\n")
		s.feed(line.text)
	}
	if !s.open && !s.illegal && (len(more) == 0 || !d.swallowed(first, more, len(s.cells))) {
		for _, line := range more {
			row.damaged = row.damaged || line.damaged
		}
		for i, cell := range s.cells {
			if d.orphan && len(more) == 0 && strings.IndexByte(cell, '"') == len(cell)-1 && cell != "" {
				s.cells[i], d.orphan = cell[:len(cell)-1], false // the one that closes it, rows below
			}
		}
		return d.checked(row, s.cells), nil
	}
	d.lines.unread(more)
	if escaped := (&splitter{comma: d.comma}); strings.Contains(first.text, `\"`) { // as databases write quotes
		escaped.feed(strings.ReplaceAll(first.text, `\"`, `""`))
		if !escaped.open && !escaped.illegal && (known == 0 || len(escaped.cells) == known) {
			return d.checked(row, escaped.cells), nil
		}
	}
	d.orphan = true
	lenient := splitter{comma: d.comma, lenient: true}
	lenient.feed(first.text)
	cells := lenient.cells
	if plain := strings.Split(first.text, d.comma); lenient.open || known > 0 && len(cells) != known &&
		len(plain) == known {
		cells = plain
	}
	if known > 0 && strings.ContainsRune(strings.Join(cells, ""), '"') {
		for i, cell := range cells {
			cells[i] = strings.TrimPrefix(cell, `"`)
			if strings.Count(cells[i], `"`) == 1 { // the end of what began in another line
				cells[i] = strings.TrimSuffix(cells[i], `"`)
			}
		}
	}
	if s.open || len(more) > 0 {
		row.note = &chaping.InputError{File: d.file, Line: first.number, Value: first.text, Problem: "引号不成对，按单独一行读取",
			Remedy: "核对这一行；含逗号、引号或换行的内容要用双引号括起来，引号要写两遍"}
	}
	return d.checked(row, cells), nil
}

// swallowed tells whether a cell that goes on over several lines has eaten rows:
// its first line alone is a whole row, and so is one after it.
func (d *delimited) swallowed(first textLine, more []textLine, width int) bool {
	if d.width > 0 && width != d.width {
		return true
	}
	whole := d.width
	if whole == 0 {
		whole = d.widest
	}
	if whole < 3 || strings.Count(first.text, d.comma)+1 != whole {
		return false
	}
	for _, line := range more {
		s := splitter{comma: d.comma}
		if s.feed(line.text); !s.open && !s.illegal && len(s.cells) == whole {
			return true
		}
		if strings.Count(line.text, `"`) == 1 && strings.Count(line.text, d.comma)+1 == whole {
			return true // the row in which the other quote stands
		}
	}
	return false
}

func (d *delimited) checked(row gridRow, cells []string) gridRow {
	if len(cells) > maxColumns {
		row.fault = &chaping.InputError{File: d.file, Line: row.line, Value: chaping.Shorten(cells[0], 40),
			Problem: fmt.Sprintf("有一行超过 %d 列", maxColumns), Remedy: "检查是否缺少换行，或分隔符不对"}
		return row
	}
	row.cells = unprotected(cells)
	return row
}

// unprotected takes off cells what keeps spreadsheets from reading them as
// numbers: ="0010086".
func unprotected(cells []string) []string {
	for i, cell := range cells {
		if len(cell) > 3 && cell[0] == '=' && cell[1] == '"' && cell[len(cell)-1] == '"' {
			cells[i] = strings.ReplaceAll(cell[2:len(cell)-1], `""`, `"`)
		}
	}
	return cells
}

// A splitter cuts lines into cells. Quotes hold a cell together over lines.
type splitter struct {
	comma   string
	lenient bool // a quote that does not end its cell is part of it
	cells   []string
	cell    strings.Builder
	open    bool // within quotes
	illegal bool // a closing quote stands within a cell
}

func (s *splitter) text(t string) { s.cell.WriteString(t) }

// feed cuts one line, or goes on with a cell that was open.
func (s *splitter) feed(line string) {
	for {
		if !s.open {
			rest, quoted := strings.CutPrefix(line, `"`)
			if !quoted {
				cell, after, more := strings.Cut(line, s.comma)
				s.cells = append(s.cells, cell)
				if !more {
					return
				}
				line = after
				continue
			}
			s.open, line = true, rest
		}
		i := strings.IndexByte(line, '"')
		if i < 0 {
			s.cell.WriteString(line)
			return
		}
		s.cell.WriteString(line[:i])
		after := line[i+1:]
		switch trimmed := strings.TrimLeft(after, " "); {
		case strings.HasPrefix(after, `"`):
			s.cell.WriteByte('"')
			line = after[1:]
		case trimmed == "" || strings.HasPrefix(trimmed, s.comma) || strings.HasPrefix(after, s.comma):
			s.cells = append(s.cells, s.cell.String())
			s.cell.Reset()
			s.open = false
			if trimmed == "" {
				return
			}
			line = strings.TrimPrefix(strings.TrimLeft(after, " "), s.comma)
			if strings.HasPrefix(after, s.comma) { // the delimiter may be a blank
				line = strings.TrimPrefix(after, s.comma)
			}
		case s.lenient:
			s.cell.WriteByte('"')
			line = after
		default:
			s.illegal = true
			return
		}
	}
}

// quotedWords is a line of quoted names that blanks separate, as R writes them.
var quotedWords = regexp.MustCompile(`^"[^"]*"(?: "[^"]*")+$`)

// delimiters are those that files use, in order of preference.
func delimiters() []string { return []string{",", "\t", ";", "|", "，", "\x01", "^"} }

// sniffDelimiter finds what separates the cells of a text from its beginning:
// what gives the most known names in one line, or else the same number of cells
// in the most lines.
func sniffDelimiter(head string, known func(name string) bool) string {
	lines := strings.Split(strings.TrimPrefix(head, "\ufeff"), "\n")
	if len(lines) > 1 {
		lines = lines[:len(lines)-1] // it may be cut
	}
	if m := sepLine.FindStringSubmatch(strings.TrimRight(lines[0], "\r")); m != nil {
		return m[1]
	}
	lines = lines[:min(len(lines), 30)]
	if quotedWords.MatchString(strings.TrimRight(lines[0], "\r")) {
		return " "
	}
	best, bestScore := ",", 0.0
	for _, comma := range delimiters() {
		hits := 0
		counts := map[int]int{}
		total := 0
		for i, line := range lines {
			line = strings.TrimRight(line, "\r")
			if strings.TrimSpace(line) == "" || len(line) > 1<<16 {
				continue
			}
			s := splitter{comma: comma, lenient: true}
			s.feed(line)
			cells := s.cells
			found := 0
			for _, cell := range cells {
				if i < 12 && utf8.RuneCountInString(cell) < 30 && known(cell) {
					found++
				}
			}
			hits = max(hits, found)
			counts[len(cells)]++
			total++
		}
		common, times := 1, 0
		for width, n := range counts {
			if width > 1 && (n > times || n == times && width > common) {
				common, times = width, n
			}
		}
		if common < 2 || total == 0 || comma == "，" && hits < 2 {
			continue
		}
		score := float64(times)/float64(total) + 0.01*float64(min(common, 20))
		if hits >= 2 {
			score += 2 * float64(hits)
		}
		if score > bestScore+1e-9 {
			best, bestScore = comma, score
		}
	}
	return best
}
