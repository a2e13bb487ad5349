package nlp

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp/pattern"
)

// A Dictionary is the list of terms that mining looks for.
type Dictionary struct {
	Terms   []chaping.Term
	Version string // hash of the terms, the same for the same content in any order

	parsed map[string]*pattern.Pattern // its patterns, after the shipped classes
}

// termFile is a YAML term file.
//
//	field: 家用电器            # product field (产品领域)
//	terms:
//	  - name: 漏电             # canonical form, the one that sheets print
//	    hazard: electrical     # one of chaping.Hazards; may be left out
//	    severity: 4            # 1 slight … 4 very serious (RAPEX); 0 or left out: unknown
//	    surfaces: [跑电, 电人]  # further forms that buyers write; some are patterns, see package pattern
type termFile struct {
	Field string      `yaml:"field"`
	Terms []yaml.Node `yaml:"terms"`
}

type termEntry struct {
	Name     string           `yaml:"name"`
	Hazard   chaping.Hazard   `yaml:"hazard"`
	Severity chaping.Severity `yaml:"severity"`
	Surfaces []string         `yaml:"surfaces"`
}

// LoadDictionary reads every *.yaml file in fsys, at any depth. It is strict:
// an unknown field, a term of one character, a form that stands for two terms
// or a term with two hazard classes is an error. All faults are reported
// together, each as a chaping.InputError.
func LoadDictionary(fsys fs.FS) (*Dictionary, error) {
	b := newBuilder()
	err := fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		b.yamlFile(name, f)
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("读取词典：%w", err)
	}
	if len(b.faults) == 0 && len(b.d.Terms) == 0 {
		b.fault("词典", 0, "", "", "没有任何词条", "放入至少一个含 terms 的 .yaml 文件")
	}
	return b.finish()
}

// ShippedDictionary is the dictionary of all term files that the program
// carries. It is read once, and nobody may change it.
func ShippedDictionary() (*Dictionary, error) { return shippedDictionary() }

var shippedDictionary = sync.OnceValues(func() (*Dictionary, error) {
	terms, err := fs.Sub(dictionaries.Files, "terms")
	if err != nil {
		return nil, fmt.Errorf("读取自带词典：%w", err)
	}
	return LoadDictionary(terms)
})

// ParseTermList reads a plain list: one term a line, blank lines and lines
// that start with # left out. Lines that cannot be used are reported as
// chaping.InputError values joined in the error; the dictionary then holds
// the other terms, and is nil only when none is left.
func ParseTermList(name string, r io.Reader) (*Dictionary, error) {
	b := newBuilder()
	sc := bufio.NewScanner(r)
	sc.Buffer(nil, 1<<20)
	line := 0
	for sc.Scan() {
		line++
		text := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\uFEFF"))
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		if !utf8.ValidString(text) {
			b.fault(name, line, "", text, "不是 UTF-8 文字", "把文件另存为 UTF-8 编码")
			continue
		}
		if b.seen[text].file != "" {
			continue // a word listed twice is one term
		}
		b.add(name, line, chaping.Term{Name: text})
	}
	if err := sc.Err(); err != nil {
		b.fault(name, line+1, "", "", "这一行读不下去："+err.Error(), "每行只写一个词")
	}
	if len(b.d.Terms) == 0 && len(b.faults) == 0 {
		b.fault(name, 0, "", "", "词表是空的", "每行写一个评论关键词，例如“漏电”")
	}
	d, err := b.finish()
	if len(b.d.Terms) > 0 {
		d = b.d
		d.Version = d.hash()
	}
	return d, err
}

// NewDictionary checks terms as LoadDictionary does. name stands for their
// source in messages.
func NewDictionary(name string, terms []chaping.Term) (*Dictionary, error) {
	b := newBuilder()
	for _, t := range terms {
		if t.Hazard != "" && t.Hazard.Chinese() == "" {
			b.fault(name, 0, "hazard", string(t.Hazard), "没有这个危害类别", "从列表中选")
		}
		if t.Severity < 0 || t.Severity > chaping.MaxSeverity {
			b.fault(name, 0, "severity", fmt.Sprint(t.Severity), "严重程度应为 0–4", "按 RAPEX 指南的四级填写，未知填 0")
		}
		b.add(name, 0, t)
	}
	return b.finish()
}

type place struct {
	file   string
	line   int
	name   string
	hazard chaping.Hazard
}

func (p place) at() string {
	if p.line == 0 {
		return p.file
	}
	return fmt.Sprintf("%s 第 %d 行", p.file, p.line)
}

type builder struct {
	d       *Dictionary
	seen    map[string]place // surface form → the term that has it
	classes *pattern.Classes // nil until a pattern is met
	faults  []error
}

func newBuilder() *builder {
	return &builder{d: &Dictionary{parsed: map[string]*pattern.Pattern{}}, seen: map[string]place{}}
}

// classesFile names the classes of patterns in package dictionaries.
const classesFile = "classes.yaml"

// pattern checks a form that is a pattern.
func (b *builder) pattern(file string, line int, field, form string) {
	if field == "name" {
		b.fault(file, line, field, form, "词条名称不能是模式", "名称写成一个词，模式放进 surfaces")
		return
	}
	if b.classes == nil {
		var err error
		if b.classes, err = PatternClasses(); err != nil {
			b.faults = append(b.faults, err)
			return
		}
	}
	p, err := pattern.Parse(form, b.classes)
	var fault *pattern.Fault
	if errors.As(err, &fault) {
		b.fault(file, line, field, form, fault.Problem, fault.Remedy)
		return
	}
	b.d.parsed[form] = p
}

// PatternClasses are the classes that patterns may name.
func PatternClasses() (*pattern.Classes, error) {
	f, err := dictionaries.Files.Open(classesFile)
	if err != nil {
		return nil, dataFault(classesFile, err)
	}
	defer f.Close()
	return pattern.ReadClasses(classesFile, f)
}

func (b *builder) fault(file string, line int, field, value, problem, remedy string) {
	b.faults = append(b.faults, &chaping.InputError{File: file, Line: line, Field: field, Value: value, Problem: problem, Remedy: remedy})
}

func (b *builder) yamlFile(name string, r io.Reader) {
	dec := yaml.NewDecoder(io.LimitReader(r, 8<<20))
	dec.KnownFields(true)
	var f termFile
	if err := dec.Decode(&f); err != nil {
		b.fault(name, 0, "", "", "不是可用的词典文件："+yamlProblem(err), "按 field、terms（name、hazard、severity、surfaces）的格式改写")
		return
	}
	if f.Field == "" {
		b.fault(name, 1, "field", "", "缺少产品领域", "在文件开头写 field: 领域名称")
	}
	for i := range f.Terms {
		node := &f.Terms[i]
		e, ok := b.entry(name, node)
		if ok {
			b.add(name, node.Line, chaping.Term{Name: e.Name, Surfaces: e.Surfaces, Field: f.Field, Hazard: e.Hazard, Severity: e.Severity})
		}
	}
}

// entry decodes one term. Keys are checked by hand because a Node decodes
// without the decoder's strictness.
func (b *builder) entry(file string, node *yaml.Node) (e termEntry, ok bool) {
	before := len(b.faults)
	if node.Kind != yaml.MappingNode {
		b.fault(file, node.Line, "terms", node.Value, "词条应写成 name: … 的形式", "改成 - name: 词")
		return e, false
	}
	for i := 0; i+1 < len(node.Content); i += 2 {
		key := node.Content[i]
		if !slices.Contains([]string{"name", "hazard", "severity", "surfaces"}, key.Value) {
			b.fault(file, key.Line, key.Value, "", "没有这个字段", "只能用 name、hazard、severity、surfaces")
		}
	}
	if err := node.Decode(&e); err != nil {
		b.fault(file, node.Line, "", "", "词条无法识别："+yamlProblem(err), "按示例改写")
		return e, false
	}
	if e.Hazard != "" && e.Hazard.Chinese() == "" {
		b.fault(file, node.Line, "hazard", string(e.Hazard), "没有这个危害类别", "用 mechanical、electrical、thermal、fire、chemical、microbiological、noise、radiation、fake、injury、quality 之一")
	}
	if e.Severity < 0 || e.Severity > chaping.MaxSeverity {
		b.fault(file, node.Line, "severity", fmt.Sprint(e.Severity), "严重程度应为 1–4", "按 RAPEX 指南的四级填写，未知填 0")
	}
	return e, len(b.faults) == before
}

func (b *builder) add(file string, line int, t chaping.Term) {
	before := len(b.faults)
	forms := append([]string{t.Name}, t.Surfaces...)
	for i, s := range forms {
		field := "surfaces"
		if i == 0 {
			field = "name"
		}
		switch n := utf8.RuneCountInString(strings.TrimSpace(s)); {
		case n == 0:
			b.fault(file, line, field, s, "词是空的", "写出词，或删去这一条")
		case n == 1:
			b.fault(file, line, field, s, "只有一个字的词会命中大量无关评论", "改用两个字以上的词，例如把“麻”写成“麻手”“发麻”")
		case n > 30 && !pattern.Is(s):
			b.fault(file, line, field, s, "超过 30 个字，不像一个词", "拆成较短的词")
		case field == "name" && chaping.IsTermSet(s):
			b.fault(file, line, field, s, "这是一组词条的名称", "词条换一个名称")
		default:
			if pattern.Is(s) {
				b.pattern(file, line, field, s)
			}
			if p, dup := b.seen[s]; dup {
				switch {
				case p.name != t.Name:
					b.fault(file, line, field, s, fmt.Sprintf("已是“%s”的写法（%s）", p.name, p.at()), "一个写法只能属于一个词条，删去其中一处")
				case p.file == file && p.line == line:
					b.fault(file, line, field, s, "同一词条里重复的写法", "删去重复的一个")
				case p.hazard != t.Hazard:
					b.fault(file, line, "hazard", string(t.Hazard), fmt.Sprintf("词条“%s”在 %s 第 %d 行的危害类别是“%s”，两处不一致", t.Name, p.file, p.line, p.hazard), "两处改成同一类别，或合并为一条")
				default:
					b.fault(file, line, field, s, fmt.Sprintf("与 %s 第 %d 行重复", p.file, p.line), "删去其中一处")
				}
				continue
			}
			b.seen[s] = place{file, line, t.Name, t.Hazard}
		}
	}
	if len(b.faults) == before {
		b.d.Terms = append(b.d.Terms, t)
	}
}

// finish sorts the terms so that the order of files and lines does not
// matter, and gives the version.
func (b *builder) finish() (*Dictionary, error) {
	slices.SortFunc(b.d.Terms, func(x, y chaping.Term) int { return strings.Compare(x.Name, y.Name) })
	if len(b.faults) > 0 {
		return nil, errors.Join(b.faults...)
	}
	b.d.Version = b.d.hash()
	return b.d, nil
}

func (d *Dictionary) hash() string {
	h := sha256.New()
	for _, t := range d.Terms {
		forms := slices.Sorted(slices.Values(t.Surfaces))
		fmt.Fprintf(h, "%q %q %q %q %d\n", t.Name, forms, t.Field, t.Hazard, t.Severity)
	}
	return hex.EncodeToString(h.Sum(nil))[:12]
}

// yamlProblem is the library's message without its prefix.
func yamlProblem(err error) string {
	return strings.TrimPrefix(strings.ReplaceAll(err.Error(), "\n", " "), "yaml: ")
}
