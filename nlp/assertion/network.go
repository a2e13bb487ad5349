package assertion

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"math/bits"

	"chaping"
)

// The size of a Network.
const (
	members = 4 // networks that vote
	dims    = 4 // numbers that a string of characters has in each
	lanes   = members * dims
	inputs  = regions * dims // of each member, besides the signs
	hidden  = 16
	buckets = 1 << 18 // values that strings are hashed to
)

// A Network has the last word on a mention that the cues leave affirmed. It
// is a committee of small neural networks, learnt from labelled mentions:
//
//	strings of characters of a region → sum of their rows → softsign    3 × 8 numbers
//	those and the signs (cues that fired, kinds, …) → a hidden layer     16 numbers
//	→ log-odds of affirmed, mean of the members
//
// Strings that training has hardly seen have no row and count nothing. It is
// immutable and safe for concurrent use.
type Network struct {
	signature uint64  // of the names of the signs
	signs     int     // how many
	cut       float32 // log-odds from which a mention is affirmed
	owners    *[buckets / 64]owner
	rows      []row
	scale     []float32 // per lane
	members   [members]member
}

// A row holds the numbers of a string of characters as bytes, value + 128, so
// that eight of them are added at a time.
type row [lanes / 8]uint64

// maxRows is how many rows are added up at most: 255 × 257 is what sixteen
// bits hold. clauseReach and contextReach keep regions well below.
const maxRows = 257

// A total is a sum of rows: the lanes of even and of odd numbers, sixteen bits each.
type total struct {
	even, odd row
	count     int
}

const evenBytes = 0x00FF00FF00FF00FF

// sum adds up the rows of features.
func (n *Network) sum(features []uint32) (t total) {
	var even0, odd0, even1, odd1 uint64
	for _, b := range features {
		o := &n.owners[b/64%(buckets/64)]
		bit := uint64(1) << (b % 64)
		if o.set&bit == 0 {
			continue
		}
		r := &n.rows[int(o.first)+bits.OnesCount64(o.set&(bit-1))]
		even0 += r[0] & evenBytes
		odd0 += r[0] >> 8 & evenBytes
		even1 += r[1] & evenBytes
		odd1 += r[1] >> 8 & evenBytes
		if t.count++; t.count == maxRows {
			break
		}
	}
	t.even, t.odd = row{even0, even1}, row{odd0, odd1}
	return t
}

// lane is the sum of one number of the rows.
func (t *total) lane(l int) int {
	packed := &t.even
	if l%2 == 1 {
		packed = &t.odd
	}
	return int(packed[l/8]>>(8*(l%8&^1))&0xFFFF) - 128*t.count
}

// member is one network behind the rows.
type member struct {
	W1   []float32 // (inputs + signs) × hidden
	B1   []float32
	W2   []float32
	Bias float32
}

func newMember(signs int) member {
	return member{W1: make([]float32, (inputs+signs)*hidden), B1: make([]float32, hidden), W2: make([]float32, hidden)}
}

// Score is the log-odds that the mention is affirmed, above the cut.
func (n *Network) Score(e *Example) float32 {
	var sums [regions]total
	for r := range sums {
		sums[r] = n.sum(e.features[r])
	}
	return n.score(&sums, e.on)
}

// score is the log-odds for sums of the regions' rows and signs.
func (n *Network) score(sums *[regions]total, on []uint16) float32 {
	z := float32(0)
	for k := range n.members {
		var in [inputs]float32
		for r := range regions {
			for d := range dims {
				l := k*dims + d
				in[r*dims+d] = softsign(float32(sums[r].lane(l)) * n.scale[l])
			}
		}
		z += n.members[k].logit(&in, on, nil)
	}
	return z/members - n.cut
}

// logit is the log-odds of affirmed; activity, if not nil, takes the hidden layer.
// Eight numbers of the layer at a time stay in the processor's registers.
func (m *member) logit(in *[inputs]float32, on []uint16, activity *[hidden]float32) float32 {
	const part = 8
	z := m.Bias
	for from := 0; from < hidden; from += part {
		b := (*[part]float32)(m.B1[from:])
		a0, a1, a2, a3, a4, a5, a6, a7 := b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7]
		for i, x := range in {
			w := (*[part]float32)(m.W1[i*hidden+from:])
			a0 += w[0] * x
			a1 += w[1] * x
			a2 += w[2] * x
			a3 += w[3] * x
			a4 += w[4] * x
			a5 += w[5] * x
			a6 += w[6] * x
			a7 += w[7] * x
		}
		for _, s := range on {
			w := (*[part]float32)(m.W1[(inputs+int(s))*hidden+from:])
			a0 += w[0]
			a1 += w[1]
			a2 += w[2]
			a3 += w[3]
			a4 += w[4]
			a5 += w[5]
			a6 += w[6]
			a7 += w[7]
		}
		out := [part]float32{a0, a1, a2, a3, a4, a5, a6, a7}
		w2 := (*[part]float32)(m.W2[from:])
		for h, a := range out {
			a = max(a, 0)
			out[h] = a
			z += a * w2[h]
		}
		if activity != nil {
			copy(activity[from:], out[:])
		}
	}
	return z
}

// softsign bends a sum into (-1, 1), so that a long clause does not outshout
// the signs.
func softsign(x float32) float32 { return x / (1 + abs(x)) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// row is the number of a bucket's row, if it has one.
func (n *Network) row(bucket uint32) (int, bool) {
	o := &n.owners[bucket/64%(buckets/64)]
	bit := uint64(1) << (bucket % 64)
	return int(o.first) + bits.OnesCount64(o.set&(bit-1)), o.set&bit != 0
}

// owner says which of 64 buckets have a row.
type owner struct {
	set   uint64
	first uint32 // number of the first row
}

// numberRows fills in the first rows of n.owners and returns the number of rows.
func (n *Network) numberRows() int {
	rows := 0
	for i := range n.owners {
		n.owners[i].first = uint32(rows)
		rows += bits.OnesCount64(n.owners[i].set)
	}
	return rows
}

const (
	networkMagic = "chaping-assertion-2\n"
	maxNetwork   = 64 << 20 // bytes of an unpacked file
)

// header begins a file; owners, scales, members and rows follow.
type header struct {
	Signature uint64
	Signs     uint32
	Cut       float32
}

// WriteTo writes the network compressed, with a checksum. Rows go lane by
// lane, which packs better.
func (n *Network) WriteTo(w io.Writer) (int64, error) {
	var body bytes.Buffer
	body.WriteString(networkMagic)
	var sets [buckets / 64]uint64
	for i, o := range n.owners {
		sets[i] = o.set
	}
	parts := []any{header{n.signature, uint32(n.signs), n.cut}, sets[:], n.scale}
	for _, m := range n.members {
		parts = append(parts, m.W1, m.B1, m.W2, m.Bias)
	}
	for _, part := range parts {
		if err := binary.Write(&body, binary.LittleEndian, part); err != nil {
			return 0, err
		}
	}
	for l := range lanes {
		for i := range n.rows {
			body.WriteByte(byte(n.rows[i][l/8] >> (8 * (l % 8))))
		}
	}
	body.Write(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(body.Bytes())))
	var packed bytes.Buffer
	zw, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return 0, err
	}
	if _, err := zw.Write(body.Bytes()); err != nil {
		return 0, err
	}
	if err := zw.Close(); err != nil {
		return 0, err
	}
	return packed.WriteTo(w)
}

// ReadNetwork reads what WriteTo wrote. A file that is cut short, changed or
// something else is a chaping.InputError; name is for its message.
func ReadNetwork(name string, r io.Reader) (*Network, error) {
	fault := func(err error) error {
		return &chaping.InputError{
			File:    name,
			Problem: "模型文件不能用：" + err.Error(),
			Remedy:  "恢复自带的模型文件；改过线索词表的开发者运行 go test ./nlp -run TestTrain -update",
		}
	}
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fault(err)
	}
	body, err := io.ReadAll(io.LimitReader(zr, maxNetwork))
	if err != nil {
		return nil, fault(err)
	}
	size := len(body) - 4
	if size < len(networkMagic) || string(body[:len(networkMagic)]) != networkMagic {
		return nil, fault(errors.New("标识不对"))
	}
	if crc32.ChecksumIEEE(body[:size]) != binary.LittleEndian.Uint32(body[size:]) {
		return nil, fault(errors.New("校验和不符"))
	}
	n, err := decodeNetwork(bytes.NewReader(body[len(networkMagic):size]))
	if err != nil {
		return nil, fault(err)
	}
	return n, nil
}

func decodeNetwork(in *bytes.Reader) (*Network, error) {
	short := errors.New("长度不对")
	var head header
	n := &Network{owners: new([buckets / 64]owner), scale: make([]float32, lanes)}
	var sets [buckets / 64]uint64
	if binary.Read(in, binary.LittleEndian, &head) != nil || head.Signs > 1<<12 {
		return nil, short
	}
	n.signature, n.signs, n.cut = head.Signature, int(head.Signs), head.Cut
	parts := []any{sets[:], n.scale}
	for k := range n.members {
		n.members[k] = newMember(n.signs)
		m := &n.members[k]
		parts = append(parts, m.W1, m.B1, m.W2, &m.Bias)
	}
	for _, part := range parts {
		if binary.Read(in, binary.LittleEndian, part) != nil {
			return nil, short
		}
	}
	for i, set := range sets {
		n.owners[i].set = set
	}
	rows := n.numberRows()
	if in.Len() != rows*lanes {
		return nil, short
	}
	planes := make([]byte, in.Len())
	if _, err := io.ReadFull(in, planes); err != nil {
		return nil, short
	}
	n.rows = make([]row, rows)
	for l := range lanes {
		for i, b := range planes[l*rows : (l+1)*rows] {
			n.rows[i][l/8] |= uint64(b) << (8 * (l % 8))
		}
	}
	for _, m := range n.members {
		for _, x := range append(append(append([]float32{m.Bias, n.cut}, m.W1...), m.B1...), m.W2...) {
			if math.IsNaN(float64(x)) || math.IsInf(float64(x), 0) {
				return nil, errors.New("权重不是正常的数")
			}
		}
	}
	return n, nil
}

// fits tells whether the network was learnt with these signs.
func (n *Network) fits(names []string) error {
	if n.signs == len(names) && n.signature == signature(names) {
		return nil
	}
	return &chaping.InputError{
		File:    "assertion.bin.gz",
		Problem: fmt.Sprintf("模型与线索词表不配（模型有 %d 个特征，词表有 %d 个）", n.signs, len(names)),
		Remedy:  "恢复自带的文件；线索组改名、增删后运行 go test ./nlp -run TestTrain -update",
	}
}
