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

	"go.yaml.in/yaml/v3"

	"chaping"
)

// Buckets is the size of each hashed table of a Context.
const Buckets = 1 << 17

// A Context scores text by its characters, learnt from the star labels of
// reviews: Near weighs the characters around a mention by their place, Tone
// the pairs of characters anywhere near. Weights are log-odds that the review
// is a negative one, times Scale.
type Context struct {
	Scale      float32 // weights per unit of log-odds
	Near, Tone [Buckets]int8
	NearBias   float32
	ToneBias   float32
}

const contextMagic = "chaping-context-1\n"

// WriteTo writes the tables compressed, with a checksum.
func (c *Context) WriteTo(w io.Writer) (int64, error) {
	var body bytes.Buffer
	body.WriteString(contextMagic)
	for _, part := range []any{c.Scale, c.NearBias, c.ToneBias, c.Near[:], c.Tone[:]} {
		if err := binary.Write(&body, binary.LittleEndian, part); err != nil {
			return 0, err
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

// ReadContext reads what WriteTo wrote. A file that is cut short or changed
// is an error.
func ReadContext(name string, r io.Reader) (*Context, error) {
	fault := func(err error) error {
		return &chaping.InputError{File: name, Problem: "模型文件不能用：" + err.Error(), Remedy: "恢复自带的模型文件；改过线索词表的开发者运行 go test ./nlp -run TestTrain -update"}
	}
	zr, err := gzip.NewReader(r)
	if err != nil {
		return nil, fault(err)
	}
	const size = len(contextMagic) + 3*4 + 2*Buckets + 4
	body, err := io.ReadAll(io.LimitReader(zr, int64(size)+1))
	if err != nil {
		return nil, fault(err)
	}
	if len(body) != size || string(body[:len(contextMagic)]) != contextMagic {
		return nil, fault(errors.New("长度或标识不对"))
	}
	if crc32.ChecksumIEEE(body[:size-4]) != binary.LittleEndian.Uint32(body[size-4:]) {
		return nil, fault(errors.New("校验和不符"))
	}
	c := &Context{}
	in := bytes.NewReader(body[len(contextMagic):])
	for _, part := range []any{&c.Scale, &c.NearBias, &c.ToneBias, c.Near[:], c.Tone[:]} {
		if err := binary.Read(in, binary.LittleEndian, part); err != nil {
			return nil, fault(err)
		}
	}
	if !(c.Scale > 0) || math.IsInf(float64(c.Scale), 0) {
		return nil, fault(errors.New("缩放系数不对"))
	}
	return c, nil
}

// nearReach is how many runes on either side EachNear reads.
const nearReach = 10

// toneReach is how many runes on either side EachTone reads.
const toneReach = 100

// EachNear calls f with the bucket of every feature of the characters around
// runes [start, end) of text: the 1–4 characters that touch it on either side
// by place, and the single characters and pairs up to nearReach away by side.
func EachNear(text []rune, start, end int32, f func(bucket uint32)) {
	h := uint32(0)
	for k := int32(1); k <= 4; k++ {
		r := at(text, start-k)
		h = mix(h, uint32(r))
		f(bucket(h, 'L', uint32(k)))
	}
	h = 0
	for k := int32(0); k < 4; k++ {
		h = mix(h, uint32(at(text, end+k)))
		f(bucket(h, 'R', uint32(k)))
	}
	prev := rune(0)
	for p := max(0, start-nearReach); p < start; p++ {
		f(bucket(uint32(text[p]), 'l', 0))
		f(bucket(mix(uint32(prev), uint32(text[p])), 'l', 1))
		prev = text[p]
	}
	prev = 0
	for p := end; p < min(int32(len(text)), end+nearReach); p++ {
		f(bucket(uint32(text[p]), 'r', 0))
		f(bucket(mix(uint32(prev), uint32(text[p])), 'r', 1))
		prev = text[p]
	}
}

// EachTone calls f with the bucket of every pair and triple of characters
// within toneReach of runes [start, end), the span itself left out.
func EachTone(text []rune, start, end int32, f func(bucket uint32)) {
	a, b := rune(0), rune(0)
	for p := max(0, start-toneReach); p < min(int32(len(text)), end+toneReach); p++ {
		if p >= start && p < end {
			a, b = 0, 0
			continue
		}
		r := text[p]
		f(bucket(mix(uint32(b), uint32(r)), 't', 2))
		f(bucket(mix(mix(uint32(a), uint32(b)), uint32(r)), 't', 3))
		a, b = b, r
	}
}

func at(text []rune, p int32) rune {
	if p < 0 || int(p) >= len(text) {
		return 1
	}
	return text[p]
}

func mix(h, r uint32) uint32 { return (h ^ r) * 0x9E3779B1 >> 3 * 5 }

func bucket(h uint32, tag byte, k uint32) uint32 {
	h = (h ^ uint32(tag)<<24 ^ k<<20) * 0x85EBCA6B
	h ^= h >> 13
	h *= 0xC2B2AE35
	h ^= h >> 16
	return h & (Buckets - 1)
}

// Score gives the log-odds, by the characters around runes [start, end) and
// by the tone of what stands near, that the review is a negative one; before
// and after are the tones of the two sides alone, without the bias.
func (c *Context) Score(text []rune, start, end int32) (near, tone, before, after float32) {
	sum := int32(0)
	EachNear(text, start, end, func(b uint32) { sum += int32(c.Near[b]) })
	near = float32(sum)/c.Scale + c.NearBias
	var sums, n [2]int32
	limit := 2 * min(start, toneReach) // features of what stands before come first
	EachTone(text, start, end, func(b uint32) {
		side := 0
		if n[0] == limit {
			side = 1
		}
		sums[side] += int32(c.Tone[b])
		n[side]++
	})
	norm := func(n int32) float32 { return c.Scale * ToneNorm(int(n)) }
	tone = float32(sums[0]+sums[1])/norm(n[0]+n[1]) + c.ToneBias
	return near, tone, float32(sums[0]) / norm(n[0]), float32(sums[1]) / norm(n[1])
}

// ToneNorm damps the tone of a long text: its n features do not speak
// independently of each other.
func ToneNorm(n int) float32 { return float32(math.Sqrt(float64(n)+4)) / 4 }

// Weights is the model that has the last word on whether a mention is
// affirmed: a logistic regression over named features. Features that it does
// not name weigh nothing.
type Weights struct {
	Bias    float64            `yaml:"bias"`
	Weights map[string]float64 `yaml:"weights"`
}

// ReadWeights reads the weights' YAML.
func ReadWeights(name string, r io.Reader) (*Weights, error) {
	dec := yaml.NewDecoder(r)
	dec.KnownFields(true)
	var w Weights
	if err := dec.Decode(&w); err != nil || len(w.Weights) == 0 {
		return nil, &chaping.InputError{File: name, Problem: fmt.Sprintf("权重文件不能用：%v", err), Remedy: "恢复自带的权重文件；改过线索词表的开发者运行 go test ./nlp -run TestTrain -update"}
	}
	return &w, nil
}
