// Package polarity tells from the text of a review whether the buyer is
// content. It grades reviews that come without a usable rating; where there
// is one, the platform's rule stays first.
//
// The model is a committee over strings of one to four characters. Five small
// neural networks read a review clause by clause, so that they can learn what
// a mixed review comes to (praise, then 就是…); one linear model, which knows
// nothing of clauses but more of single strings, is asked as well:
//
//	strings ─▶ rows of 16 numbers, 3 for each network       and a weight
//	           sum over a clause ─▶ softsign                     │
//	           clauses ─▶ mean, greatest, least, first, last     sum over the review
//	                      and the plain sum: 18 numbers          │
//	           ─▶ hidden layer ─▶ log-odds of each network       ▼
//	           mean of the five            +              half its log-odds
//
// Only strings that several training reviews have own a row: what training has
// hardly seen counts nothing. Numbers are bytes, added eight at a time in a
// machine word, which is what makes grading fast. Train learns a model from
// labelled reviews in seconds; "chaping train polarity" writes it to a file.
package polarity

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"
	"slices"
	"strings"
	"sync"

	"chaping"
	"chaping/dictionaries"
)

const (
	members = 5
	dims    = 3
	lanes   = members*dims + 1
	pools   = 6
	inputs  = pools * dims // of each network
	hidden  = 16
)

// A network is one member's part behind the rows. Its inputs are, pool by
// pool, its dims of the mean, greatest, least, first and last clause and of
// the plain sum.
type network struct {
	W1   [hidden][inputs]float32
	B1   [hidden]float32
	W2   [hidden]float32
	Bias float32
}

// logit is the log-odds that the review is a negative one.
func (n *network) logit(in *[inputs]float32) float32 {
	z := n.Bias
	for h := range hidden {
		w := &n.W1[h]
		a := n.B1[h]
		for i := range inputs {
			a += w[i] * in[i]
		}
		if a > 0 {
			z += a * n.W2[h]
		}
	}
	return z
}

// softsign bends a clause's sum into (-1, 1), so that one clause is one voice
// however many features it has.
func softsign(x float32) float32 { return x / (1 + abs(x)) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// A Model grades texts. It is immutable and safe for concurrent use.
type Model struct {
	alphabet *alphabet
	index    []block // which buckets own a row
	rows     []row   // of the networks; row 0 is for buckets without one
	scale    [lanes]float32
	networks [members]network
	bias     float32 // of the linear member
	version  string
}

// A row holds 16 lanes of bytes, value + 128: those of the networks, then the
// linear member's weight.
type row [lanes / 8]uint64

const linearLane = lanes - 1

// A block says which of 64 buckets own a row, and the number of the first.
type block struct {
	owners uint64
	first  uint32
}

// VersionPrefix is how all versions of models begin.
const VersionPrefix = "polarity-"

// Version names the model: the same for the same weights.
func (m *Model) Version() string { return m.version }

// Grade is what the text comes to. A text without anything that the model
// knows stays Unrated.
func (m *Model) Grade(text string) chaping.Grade {
	z, known := m.logit(text)
	switch {
	case !known:
		return chaping.Unrated
	case z > 0:
		return chaping.Negative
	}
	return chaping.Positive
}

// GradeReview grades a review that has no usable rating by its text, and
// records the model's version as the rule. A default review, which no buyer
// wrote, stays unrated, and so does one in another language than the model's.
func (m *Model) GradeReview(r *chaping.Review) {
	if r.Default || chaping.Foreign(r.Body()) {
		return
	}
	if g := m.Grade(r.Body()); g != chaping.Unrated {
		r.Grade, r.Rule = g, m.version
	}
}

// Score is the probability that the review is a negative one, 0.5 for a text
// without anything that the model knows. It does not allocate, and takes
// memory that does not grow with the text.
func (m *Model) Score(text string) float64 {
	z, known := m.logit(text)
	if !known {
		return 0.5
	}
	return 1 / (1 + math.Exp(-float64(z)))
}

// logit returns the log-odds of negative; known is false when no feature that
// ends in a letter has a row: marks alone say too little.
func (m *Model) logit(text string) (z float32, known bool) {
	var (
		s    = newScanner()
		t    = tally{m: m}
		keys [features]uint32
	)
	for _, r := range strings.TrimSpace(text) {
		c := m.alphabet.read(r)
		if c == none || s.repeats(c) {
			continue
		}
		if s.push(c, &keys) {
			t.close()
		}
		if n := t.add(&keys); n > 0 && !ends(c) {
			known = true
		}
	}
	if !known {
		return 0, false
	}
	if s.push(end, &keys) {
		t.close()
	}
	t.add(&keys)
	t.close()
	return t.logit(), true
}

// A tally adds up rows, clause by clause.
type tally struct {
	m         *Model
	even, odd row // sums of the even and odd bytes of rows, in 16-bit lanes
	held      int // rows in them
	inClause  int // rows in the clause before those
	sum       [lanes]int64

	known   int // rows in closed clauses
	clauses int
	total   [lanes]float32
	mean    [lanes]float32 // sum over clauses
	max     [lanes]float32
	min     [lanes]float32
	first   [lanes]float32
	last    [lanes]float32
}

// maxHeld keeps 16-bit lanes from overflowing: 255 × 257 is the most they hold.
const maxHeld = 257 - features

const evenBytes = 0x00FF00FF00FF00FF

// add adds the rows of features to the clause, and returns how many there are.
func (t *tally) add(keys *[features]uint32) int {
	m, held := t.m, t.held
	before := held
	even0, odd0, even1, odd1 := t.even[0], t.odd[0], t.even[1], t.odd[1]
	for _, k := range keys {
		b := &m.index[k/64%(buckets/64)]
		bit := k % 64
		owns := uint32(b.owners >> bit & 1)
		i := (b.first + uint32(bits.OnesCount64(b.owners&(1<<bit-1)))) * owns
		row := &m.rows[i]
		even0 += row[0] & evenBytes
		odd0 += row[0] >> 8 & evenBytes
		even1 += row[1] & evenBytes
		odd1 += row[1] >> 8 & evenBytes
		held += int(owns)
	}
	t.even, t.odd, t.held = row{even0, even1}, row{odd0, odd1}, held
	if held > maxHeld {
		t.spill()
	}
	return held - before
}

// spill moves the lanes into the clause's sum.
func (t *tally) spill() {
	bias := int64(128 * t.held)
	for w := range t.even {
		even, odd := t.even[w], t.odd[w]
		for i := 8 * w; i < 8*w+8; i += 2 {
			t.sum[i] += int64(even&0xFFFF) - bias
			t.sum[i+1] += int64(odd&0xFFFF) - bias
			even >>= 16
			odd >>= 16
		}
	}
	t.inClause += t.held
	t.even, t.odd, t.held = row{}, row{}, 0
}

// close ends a clause; one without rows leaves no trace.
func (t *tally) close() {
	t.spill()
	if t.inClause == 0 {
		return
	}
	for j := range lanes {
		x := float32(t.sum[j]) * t.m.scale[j]
		t.total[j] += x
		v := softsign(x)
		t.mean[j] += v
		t.last[j] = v
		if t.clauses == 0 {
			t.first[j], t.max[j], t.min[j] = v, v, v
			continue
		}
		t.max[j] = max(t.max[j], v)
		t.min[j] = min(t.min[j], v)
	}
	t.clauses++
	t.known += t.inClause
	t.inClause, t.sum = 0, [lanes]int64{}
}

func (t *tally) logit() float32 {
	each := 1 / float32(t.clauses)
	damp := damping(t.known)
	var z float32
	for i := range t.m.networks {
		var in [inputs]float32
		for d := range dims {
			j := i*dims + d
			in[d] = t.mean[j] * each
			in[dims+d] = t.max[j]
			in[2*dims+d] = t.min[j]
			in[3*dims+d] = t.first[j]
			in[4*dims+d] = t.last[j]
			in[5*dims+d] = t.total[j] * damp
		}
		z += t.m.networks[i].logit(&in)
	}
	linear := t.total[linearLane]*linearDamping(t.known) + t.m.bias
	return z/members + linearShare*linear
}

// linearShare is what the linear member's log-odds count, those of the
// networks together counting 1. Chosen on held-out reviews.
const linearShare = 0.5

// damping makes the networks' sums over n features comparable, linearDamping
// those of the linear member: the longer a review, the surer it may be.
func damping(n int) float32       { return float32(1 / math.Sqrt(float64(n)+1)) }
func linearDamping(n int) float32 { return float32(1 / math.Sqrt(math.Sqrt(float64(n)+1))) }

const (
	magic   = "chaping polarity 2\n"
	maxFile = 4 << 20  // bytes of a weights file
	maxBody = 32 << 20 // bytes of what is in it
)

// Shipped is the model that the program carries. It is read once.
func Shipped() (*Model, error) { return shippedModel() }

var shippedModel = sync.OnceValues(func() (*Model, error) {
	const name = "polarity.bin.gz"
	f, err := dictionaries.Files.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return Load(name, f)
})

// Load reads what WriteTo wrote. A file that is cut short, changed, or
// something else is a chaping.InputError; name is for its message.
func Load(name string, r io.Reader) (*Model, error) {
	fault := func(err error) error {
		return &chaping.InputError{File: name, Problem: "模型文件不能用：" + err.Error(), Remedy: "恢复自带的模型文件，或重新训练"}
	}
	zr, err := gzip.NewReader(io.LimitReader(r, maxFile))
	if err != nil {
		return nil, fault(err)
	}
	body, err := io.ReadAll(io.LimitReader(zr, maxBody))
	if err != nil {
		return nil, fault(err)
	}
	if len(body) < len(magic)+4 || string(body[:len(magic)]) != magic {
		return nil, fault(errors.New("标识不对"))
	}
	n := len(body) - 4
	if crc32.ChecksumIEEE(body[:n]) != binary.LittleEndian.Uint32(body[n:]) {
		return nil, fault(errors.New("校验和不符"))
	}
	m, err := decode(body[len(magic):n])
	if err != nil {
		return nil, fault(err)
	}
	return m, nil
}

// heads are the parts of a body before the rows.
func (m *Model) heads() []any { return []any{&m.scale, &m.networks, &m.bias} }

// decode reads a body: heads, owners of rows, then the rows, lane by lane,
// which compresses better.
func decode(body []byte) (*Model, error) {
	wrongSize := errors.New("长度不对")
	m := &Model{index: make([]block, buckets/64)}
	in := bytes.NewReader(body)
	owners := make([]uint64, len(m.index))
	for _, part := range append(m.heads(), owners) {
		if err := binary.Read(in, binary.LittleEndian, part); err != nil {
			return nil, wrongSize
		}
	}
	rows := uint32(1)
	for i, o := range owners {
		m.index[i] = block{o, rows}
		rows += uint32(bits.OnesCount64(o))
	}
	planes := body[len(body)-in.Len():]
	n := int(rows) - 1
	if len(planes) != n*lanes {
		return nil, wrongSize
	}
	m.rows = make([]row, rows)
	for w := range m.rows[0] {
		for i := range n {
			var x uint64
			for b := range 8 {
				x |= uint64(planes[(8*w+b)*n+i]) << (8 * b)
			}
			m.rows[i+1][w] = x
		}
	}
	return m, m.finish(body)
}

func (m *Model) encode() ([]byte, error) {
	var out bytes.Buffer
	owners := make([]uint64, len(m.index))
	for i, b := range m.index {
		owners[i] = b.owners
	}
	for _, part := range append(m.heads(), owners) {
		if err := binary.Write(&out, binary.LittleEndian, part); err != nil {
			return nil, err
		}
	}
	for j := range lanes {
		for _, row := range m.rows[1:] {
			out.WriteByte(byte(row[j/8] >> (8 * (j % 8))))
		}
	}
	return out.Bytes(), nil
}

// finish fills in what does not stand in a file, and refuses a model that
// could not give a number. body is the model's own.
func (m *Model) finish(body []byte) (err error) {
	for _, x := range m.numbers() {
		if !(abs(x) < 1e6) { // NaN included
			return errors.New("权重不是正常的数")
		}
	}
	sum := sha256.Sum256(body)
	m.version = fmt.Sprintf("%s2-%x", VersionPrefix, sum[:4])
	m.alphabet, err = newAlphabet()
	return err
}

// numbers are all weights that are no bytes.
func (m *Model) numbers() []float32 {
	out := append(slices.Clone(m.scale[:]), m.bias)
	for _, n := range m.networks {
		for h := range hidden {
			out = append(out, n.W1[h][:]...)
		}
		out = append(append(append(out, n.B1[:]...), n.W2[:]...), n.Bias)
	}
	return out
}

// WriteTo writes the model compressed, with a checksum. It refuses to write a
// file that Load would not take.
func (m *Model) WriteTo(w io.Writer) (int64, error) {
	body, err := m.encode()
	if err != nil {
		return 0, err
	}
	body = append([]byte(magic), body...)
	body = binary.LittleEndian.AppendUint32(body, crc32.ChecksumIEEE(body))
	var file bytes.Buffer
	zw, err := gzip.NewWriterLevel(&file, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := zw.Write(body); err != nil {
		return 0, err
	}
	if err := zw.Close(); err != nil {
		return 0, err
	}
	if file.Len() > maxFile || len(body) > maxBody {
		return 0, &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("模型文件有 %.1f MB，超过 4 MB 的上限", float64(file.Len())/(1<<20)), Remedy: "减少训练用的评论"}
	}
	n, err := w.Write(file.Bytes())
	return int64(n), err
}
