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
	signature uint64   // of the names of the signs
	signs     int      // how many
	cut       float32  // log-odds from which a mention is affirmed
	owners    []uint64 // bit set: which buckets have a row
	first     []uint32 // per word of owners: number of its first row
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

// sum adds up the rows of features.
func (n *Network) sum(features []uint32) (out [lanes]float32) {
	const evenBytes = 0x00FF00FF00FF00FF
	var even, odd row
	count := 0
	for _, b := range features {
		i, ok := n.row(b)
		if !ok {
			continue
		}
		r := &n.rows[i]
		even[0] += r[0] & evenBytes
		odd[0] += r[0] >> 8 & evenBytes
		even[1] += r[1] & evenBytes
		odd[1] += r[1] >> 8 & evenBytes
		if count++; count == maxRows {
			break
		}
	}
	bias := 128 * count
	for w := range even {
		for i := 0; i < 8; i += 2 {
			out[8*w+i] = float32(int(even[w]>>(8*i)&0xFFFF) - bias)
			out[8*w+i+1] = float32(int(odd[w]>>(8*i)&0xFFFF) - bias)
		}
	}
	return out
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
	var sums [regions][lanes]float32
	for r := range sums {
		sums[r] = n.sum(e.features[r])
	}
	e.in = append(append(e.in[:0], make([]float32, inputs)...), e.signs...)
	in := e.in
	var activity [hidden]float32
	z := float32(0)
	for k := range n.members {
		for r := range regions {
			for d := range dims {
				l := k*dims + d
				in[r*dims+d] = softsign(sums[r][l] * n.scale[l])
			}
		}
		z += n.members[k].logit(in, &activity)
	}
	return z/members - n.cut
}

// logit is the log-odds of affirmed; activity takes the hidden layer.
func (m *member) logit(in []float32, activity *[hidden]float32) float32 {
	copy(activity[:], m.B1)
	for i, x := range in {
		if x == 0 {
			continue // most signs are
		}
		for h, w := range (*[hidden]float32)(m.W1[i*hidden:]) {
			activity[h] += w * x
		}
	}
	z := m.Bias
	for h, a := range activity {
		a = max(a, 0)
		activity[h] = a
		z += a * m.W2[h]
	}
	return z
}

// softsign bends a sum into (-1, 1), so that a long clause does not outshout
// the signs.
func softsign(x float32) float32 { return x / (1 + abs(x)) }

func abs(x float32) float32 { return math.Float32frombits(math.Float32bits(x) &^ (1 << 31)) }

// row is the number of a bucket's row, if it has one.
func (n *Network) row(bucket uint32) (int, bool) {
	word, bit := n.owners[bucket/64], uint64(1)<<(bucket%64)
	return int(n.first[bucket/64]) + bits.OnesCount64(word&(bit-1)), word&bit != 0
}

// numberRows fills n.first from n.owners and returns the number of rows.
func (n *Network) numberRows() int {
	n.first = make([]uint32, len(n.owners))
	rows := 0
	for i, o := range n.owners {
		n.first[i] = uint32(rows)
		rows += bits.OnesCount64(o)
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
	parts := []any{header{n.signature, uint32(n.signs), n.cut}, n.owners, n.scale}
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
		return &chaping.InputError{File: name, Problem: "模型文件不能用：" + err.Error(), Remedy: "恢复自带的模型文件；改过线索词表的开发者运行 go test ./nlp -run TestTrain -update"}
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
	n := &Network{owners: make([]uint64, buckets/64), scale: make([]float32, lanes)}
	if binary.Read(in, binary.LittleEndian, &head) != nil || head.Signs > 1<<12 {
		return nil, short
	}
	n.signature, n.signs, n.cut = head.Signature, int(head.Signs), head.Cut
	parts := []any{n.owners, n.scale}
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
	return &chaping.InputError{File: "assertion.bin.gz", Problem: fmt.Sprintf("模型与线索词表不配（模型有 %d 个特征，词表有 %d 个）", n.signs, len(names)),
		Remedy: "恢复自带的文件；线索组改名、增删后运行 go test ./nlp -run TestTrain -update"}
}
