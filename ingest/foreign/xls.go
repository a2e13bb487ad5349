package foreign

import (
	"encoding/binary"
	"io"
	"math"
	"slices"
	"strconv"
	"unicode/utf16"

	"github.com/richardlehane/mscfb"
)

// An OldBook is an xls workbook as Excel 97 to 2003 write it (BIFF8, [MS-XLS]).
// The format bounds what it holds: 65,536 rows and 256 columns a sheet.
type OldBook struct {
	data     []byte // the workbook stream
	sheets   []oldSheet
	shared   []string
	shows    []shown // by style
	from1904 bool
	cells    int // that may still be read
}

type oldSheet struct {
	name   string
	at     int // of its records
	hidden bool
}

// The records that are read.
const (
	recFormula    = 0x0006
	recEOF        = 0x000A
	recDateMode   = 0x0022
	recFilePass   = 0x002F
	recContinue   = 0x003C
	recBoundSheet = 0x0085
	recMulRK      = 0x00BD
	recRString    = 0x00D6
	recXF         = 0x00E0
	recMerged     = 0x00E5
	recSST        = 0x00FC
	recLabelSST   = 0x00FD
	recNumber     = 0x0203
	recLabel      = 0x0204
	recBoolErr    = 0x0205
	recString     = 0x0207
	recRK         = 0x027E
	recFormat     = 0x041E
	recBOF        = 0x0809
)

const (
	maxOldStream = 256 << 20
	biff8        = 0x0600
)

func oldDamaged(what string) *Fault {
	return &Fault{Problem: "xls 文件已损坏（" + what + "）", Remedy: "用 WPS 或 Excel 打开，另存为 xlsx"}
}

// OpenOldBook reads a workbook of that kind. cells bounds the cells of its
// sheets.
func OpenOldBook(r io.ReaderAt, cells int) (b *OldBook, err error) {
	defer func() {
		if recover() != nil { // the reader of compound files trusts their tables
			b, err = nil, oldDamaged("目录")
		}
	}()
	file, err := mscfb.New(r)
	if err != nil {
		return nil, oldDamaged("目录")
	}
	b = &OldBook{cells: cells}
	for entry, err := file.Next(); err == nil; entry, err = file.Next() {
		switch entry.Name {
		case "EncryptedPackage":
			return nil, &Fault{Problem: "文件有密码", Remedy: "打开后去掉密码，另存为 xlsx"}
		case "Book":
			return nil, &Fault{Problem: "这是 Excel 95 或更早的文件", Remedy: "用 WPS 或 Excel 打开，另存为 xlsx"}
		case "Workbook":
			if entry.Size > maxOldStream {
				return nil, tooLarge(maxOldStream)
			}
			if b.data, err = io.ReadAll(io.LimitReader(entry, maxOldStream)); err != nil {
				return nil, oldDamaged("内容不完整")
			}
		}
	}
	if b.data == nil {
		return nil, &Fault{Problem: "这不是表格文件（可能是旧版 Word 文档，或别的软件的文件）", Remedy: "用原来的软件打开，另存为 xlsx"}
	}
	return b, b.globals()
}

// A recordReader reads the records of the stream, one after another.
type recordReader struct {
	data []byte
	at   int
}

// next is the next record; ok is false at the end of what can be read.
func (r *recordReader) next() (kind int, body []byte, ok bool) {
	if r.at < 0 || r.at+4 > len(r.data) {
		return 0, nil, false
	}
	kind = int(binary.LittleEndian.Uint16(r.data[r.at:]))
	n := int(binary.LittleEndian.Uint16(r.data[r.at+2:]))
	if r.at+4+n > len(r.data) {
		return 0, nil, false
	}
	body = r.data[r.at+4 : r.at+4+n]
	r.at += 4 + n
	return kind, body, true
}

// globals reads what all sheets share.
func (b *OldBook) globals() error {
	r := &recordReader{data: b.data}
	kind, body, ok := r.next()
	if !ok || kind != recBOF || len(body) < 2 || binary.LittleEndian.Uint16(body) != biff8 {
		return oldDamaged("版本")
	}
	custom := map[int]shown{}
	for {
		kind, body, ok := r.next()
		if !ok {
			return oldDamaged("内容不完整")
		}
		switch {
		case kind == recEOF:
			return nil
		case kind == recFilePass:
			return &Fault{Problem: "文件有密码", Remedy: "打开后去掉密码，另存为 xlsx"}
		case kind == recDateMode && len(body) >= 2:
			b.from1904 = body[0] == 1
		case kind == recFormat && len(body) >= 5:
			text, _ := (&pieces{list: [][]byte{body[2:]}}).text(2)
			custom[int(binary.LittleEndian.Uint16(body))] = formatShows(text)
		case kind == recXF && len(body) >= 4:
			id := int(binary.LittleEndian.Uint16(body[2:]))
			as, known := custom[id]
			if !known {
				as = builtInShows(id)
			}
			b.shows = append(b.shows, as)
		case kind == recBoundSheet && len(body) >= 8:
			name, _ := (&pieces{list: [][]byte{body[6:]}}).text(1)
			if body[5] == 0 { // a worksheet
				b.sheets = append(b.sheets, oldSheet{name: name,
					at: int(binary.LittleEndian.Uint32(body)), hidden: body[4]&3 != 0})
			}
		case kind == recSST:
			if err := b.readShared(r, body); err != nil {
				return err
			}
		}
	}
}

// readShared reads the shared strings, which go on over several records.
func (b *OldBook) readShared(r *recordReader, first []byte) error {
	if len(first) < 8 {
		return oldDamaged("字符串表")
	}
	n := int(binary.LittleEndian.Uint32(first[4:]))
	p := &pieces{list: [][]byte{first[8:]}}
	for {
		before := r.at
		kind, body, ok := r.next()
		if !ok || kind != recContinue {
			r.at = before
			break
		}
		p.list = append(p.list, body)
	}
	for range n {
		text, ok := p.text(2)
		if !ok {
			return oldDamaged("字符串表")
		}
		b.shared = append(b.shared, text)
	}
	return nil
}

// pieces reads text that goes on over several records.
type pieces struct {
	list [][]byte
}

// byte reads one byte, of the next piece if this one is used up.
func (p *pieces) byte() (byte, bool) {
	for len(p.list) > 0 && len(p.list[0]) == 0 {
		p.list = p.list[1:]
	}
	if len(p.list) == 0 {
		return 0, false
	}
	c := p.list[0][0]
	p.list[0] = p.list[0][1:]
	return c, true
}

func (p *pieces) number(bytes int) (n int, ok bool) {
	for i := range bytes {
		c, ok := p.byte()
		if !ok {
			return 0, false
		}
		n |= int(c) << (8 * i)
	}
	return n, true
}

func (p *pieces) skip(n int) {
	for n > 0 && len(p.list) > 0 {
		some := min(n, len(p.list[0]))
		p.list[0] = p.list[0][some:]
		if n -= some; len(p.list[0]) == 0 {
			p.list = p.list[1:]
		}
	}
}

// text reads a string whose length is written in as many bytes. Where it goes on
// in the next piece, that says again how wide its characters are.
func (p *pieces) text(lengthBytes int) (string, bool) {
	n, ok := p.number(lengthBytes)
	flags, ok2 := p.byte()
	if !ok || !ok2 {
		return "", false
	}
	runs, extra := 0, 0
	if flags&8 != 0 {
		runs, _ = p.number(2)
	}
	if flags&4 != 0 {
		extra, _ = p.number(4)
	}
	wide := flags&1 != 0
	units := make([]uint16, 0, min(n, 1<<15))
	for len(units) < n {
		if len(p.list) > 0 && len(p.list[0]) == 0 {
			p.list = p.list[1:]
			flags, ok := p.byte()
			if !ok {
				return "", false
			}
			wide = flags&1 != 0
		}
		if len(p.list) == 0 {
			return "", false
		}
		if !wide {
			c, _ := p.byte()
			units = append(units, uint16(c))
			continue
		}
		if len(p.list[0]) < 2 {
			return "", false
		}
		units = append(units, binary.LittleEndian.Uint16(p.list[0]))
		p.list[0] = p.list[0][2:]
	}
	p.skip(4*runs + extra)
	return string(utf16.Decode(units)), true
}

// From1904 tells whether the workbook counts days from 1904.
func (b *OldBook) From1904() bool { return b.from1904 }

// Sheets are the names of the worksheets.
func (b *OldBook) Sheets() []string {
	var names []string
	for _, s := range b.sheets {
		names = append(names, s.name)
	}
	return names
}

// Hidden tells of each worksheet whether the workbook does not show it.
func (b *OldBook) Hidden() []bool {
	var hidden []bool
	for _, s := range b.sheets {
		hidden = append(hidden, s.hidden)
	}
	return hidden
}

// Rows reads a worksheet: its rows, and the merged cells that span rows.
func (b *OldBook) Rows(sheet int) (rows []SheetRow, joined []Area, err error) {
	r := &recordReader{data: b.data, at: b.sheets[sheet].at}
	kind, _, ok := r.next()
	if !ok || kind != recBOF {
		return nil, nil, oldDamaged("工作表“" + b.sheets[sheet].name + "”的位置")
	}
	byRow := map[int][]Cell{}
	row, column, style := 0, 0, 0
	put := func(c Cell) {
		if b.cells--; c.Text != "" && b.cells >= 0 {
			c.Column, c.from1904 = column, b.from1904
			if c.Number && style < len(b.shows) {
				c.show(b.shows[style])
			}
			byRow[row] = append(byRow[row], c)
		}
	}
	number := func(v float64) Cell { return Cell{Text: strconv.FormatFloat(v, 'G', 17, 64), Number: true} }
	for depth := 1; depth > 0; {
		kind, body, ok := r.next()
		if !ok {
			return nil, nil, oldDamaged("工作表“" + b.sheets[sheet].name + "”不完整")
		}
		if len(body) >= 6 {
			row, column, style = int(
				binary.LittleEndian.Uint16(body),
			), int(
				binary.LittleEndian.Uint16(body[2:]),
			), int(
				binary.LittleEndian.Uint16(body[4:]),
			)
		}
		switch {
		case kind == recBOF: // a chart within
			depth++
		case kind == recEOF:
			depth--
		case depth > 1:
		case kind == recLabelSST && len(body) >= 10:
			if i := int(binary.LittleEndian.Uint32(body[6:])); i < len(b.shared) {
				put(Cell{Text: b.shared[i]})
			}
		case kind == recNumber && len(body) >= 14:
			put(number(math.Float64frombits(binary.LittleEndian.Uint64(body[6:]))))
		case kind == recRK && len(body) >= 10:
			put(number(rk(binary.LittleEndian.Uint32(body[6:]))))
		case kind == recMulRK && len(body) >= 6:
			for at := 4; at+6 <= len(body)-2; at += 6 {
				style = int(binary.LittleEndian.Uint16(body[at:]))
				put(number(rk(binary.LittleEndian.Uint32(body[at+2:]))))
				column++
			}
		case (kind == recLabel || kind == recRString) && len(body) >= 9:
			text, _ := (&pieces{list: [][]byte{body[6:]}}).text(2)
			put(Cell{Text: text})
		case kind == recBoolErr && len(body) >= 8 && body[7] == 0:
			put(Cell{Text: map[byte]string{0: "FALSE", 1: "TRUE"}[body[6]]})
		case kind == recFormula && len(body) >= 14:
			if body[12] != 0xFF || body[13] != 0xFF {
				put(number(math.Float64frombits(binary.LittleEndian.Uint64(body[6:]))))
			} else if body[6] == 0 {
				at := [3]int{row, column, style}
				before := r.at
				kind, text, ok := r.next()
				if ok && kind != recString { // a shared formula may stand between
					kind, text, ok = r.next()
				}
				if !ok || kind != recString {
					r.at = before
					continue
				}
				row, column, style = at[0], at[1], at[2]
				value, _ := (&pieces{list: [][]byte{text}}).text(2)
				put(Cell{Text: value})
			}
		case kind == recMerged && len(body) >= 2:
			for at := 2; at+8 <= len(body); at += 8 {
				area := Area{Top: int(binary.LittleEndian.Uint16(body[at:])) + 1,
					Bottom: int(binary.LittleEndian.Uint16(body[at+2:])) + 1,
					Left: int(
						binary.LittleEndian.Uint16(body[at+4:]),
					), Right: int(binary.LittleEndian.Uint16(body[at+6:]))}
				if area.Bottom > area.Top && len(joined) < 1<<16 {
					joined = append(joined, area)
				}
			}
		}
		if b.cells < 0 {
			return nil, nil, &Fault{Problem: "单元格太多", Remedy: "分成几个文件，或另存为 CSV"}
		}
	}
	for n, cells := range byRow {
		slices.SortStableFunc(cells, func(a, b Cell) int { return a.Column - b.Column })
		cells = slices.CompactFunc(cells, func(a, b Cell) bool { return a.Column == b.Column })
		rows = append(rows, SheetRow{Number: n + 1, Cells: cells})
	}
	slices.SortFunc(rows, func(a, b SheetRow) int { return a.Number - b.Number })
	return rows, joined, nil
}

// rk is a number in four bytes: a whole one or the upper half of a float, maybe
// a hundred times too large.
func rk(n uint32) float64 {
	v := 0.0
	if n&2 != 0 {
		v = float64(int32(n) >> 2)
	} else {
		v = math.Float64frombits(uint64(n&^3) << 32)
	}
	if n&1 != 0 {
		v /= 100
	}
	return v
}

// builtInShows tells what a built-in number format shows.
func builtInShows(n int) shown {
	switch {
	case n >= 14 && n <= 17 || n == 22 || n >= 27 && n <= 31 || n == 36 || n >= 50 && n <= 58:
		return shown{date: true}
	case n == 9 || n == 10:
		return shown{percent: true}
	}
	return shown{}
}
