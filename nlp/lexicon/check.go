package lexicon

import (
	"bufio"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
	"chaping/nlp/fold"
	"chaping/nlp/pattern"
)

// A Level says how bad a finding is.
type Level int

// The levels. An Err makes the dictionary unusable; a Warning means that
// mining will do something else than the editor expects; a Note is a thing
// to know that may well be meant.
const (
	Note Level = iota
	Warning
	Err
)

// Chinese names the level.
func (l Level) Chinese() string { return [...]string{"提示", "警告", "错误"}[l] }

// A Finding is something to look at in a dictionary.
type Finding struct {
	Level Level
	Fault *chaping.InputError
}

// Check examines a dictionary: what nlp refuses (duplicates, terms of one
// character, hazards and severities that do not exist), forms that are the
// same once they are folded, forms that the base dictionary swallows, terms
// without a hazard, forms that contain others, patterns that match what
// satisfied buyers say, patterns that another term takes away. Findings come by
// file and line.
func Check(s *Source) ([]Finding, error) {
	c := checker{Source: s}
	for _, f := range s.Faults {
		c.found = append(c.found, Finding{Err, f})
	}
	if err := c.fold(); err != nil {
		return nil, err
	}
	if len(c.forms) > 0 {
		c.classes()
		c.same()
		c.contained()
		if err := c.swallowed(); err != nil {
			return nil, err
		}
		if err := c.patterns(); err != nil {
			return nil, err
		}
	}
	return c.sorted(), nil
}

func (c *checker) sorted() []Finding {
	slices.SortStableFunc(c.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Fault.File, b.Fault.File), cmp.Compare(a.Fault.Line, b.Fault.Line), cmp.Compare(b.Level, a.Level))
	})
	return c.found
}

type checker struct {
	*Source
	forms []form
	by    map[string][]int // folded form → indices in forms
	found []Finding
}

// form is one written form of an entry.
type form struct {
	entry  *Entry
	text   string // as written
	folded string
}

func (c *checker) add(level Level, f form, problem, remedy string) {
	field := "surfaces"
	if f.text == f.entry.Name {
		field = "name"
	}
	c.found = append(c.found, Finding{level, &chaping.InputError{File: f.entry.File, Line: f.entry.Line, Field: field, Value: f.text, Problem: problem, Remedy: remedy}})
}

// fold collects the forms that can be looked for.
func (c *checker) fold() error {
	table, err := dictionaries.Files.Open("t2s.txt")
	if err != nil {
		return err
	}
	defer table.Close()
	folder, err := fold.New("t2s.txt", table)
	if err != nil {
		return err
	}
	c.by = map[string][]int{}
	for i := range c.Entries {
		e := &c.Entries[i]
		written := map[string]bool{}
		for _, text := range e.forms() {
			folded := strings.Map(func(r rune) rune {
				if fold.Gap(r) {
					return -1
				}
				return r
			}, folder.String(text))
			if pattern.Is(text) {
				continue
			}
			if written[text] || utf8.RuneCountInString(folded) < 2 {
				continue // nlp has named it
			}
			written[text] = true
			if f := (form{e, text, folded}); strings.ContainsAny(text, "()（）?？") {
				c.add(Warning, f, "有括号或问号，却不是模式，会照字面查找", "一处只有一种说法时分开写成几个写法，或在括号里用竖线写出几种")
			}
			c.by[folded] = append(c.by[folded], len(c.forms))
			c.forms = append(c.forms, form{e, text, folded})
		}
	}
	return nil
}

func (c *checker) classes() {
	if c.Plain {
		return
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		var missing []string
		if e.Hazard == "" {
			missing = append(missing, "hazard")
		}
		if e.Severity == 0 {
			missing = append(missing, "severity")
		}
		if len(missing) > 0 {
			c.found = append(c.found, Finding{Warning, &chaping.InputError{File: e.File, Line: e.Line, Field: strings.Join(missing, "、"), Value: e.Name,
				Problem: "没有填写，这个词条不参与线索优先级", Remedy: "补上危害类别和 1–4 级严重程度"}})
		}
	}
}

// same finds forms that are one form once they are folded.
func (c *checker) same() {
	for _, list := range c.by {
		for _, i := range list[1:] {
			a, b := c.forms[list[0]], c.forms[i]
			switch {
			case a.text == b.text && a.entry.Name != b.entry.Name:
				// nlp has named it
			case a.entry.Name == b.entry.Name:
				if a.text != b.text {
					c.add(Warning, b, fmt.Sprintf("与同一词条的“%s”归一后相同", a.text), "删去其中一个；大小写、全半角、繁简体不必分别写")
				}
			default:
				c.add(Err, b, fmt.Sprintf("与词条“%s”的“%s”（%s 第 %d 行）归一后相同", a.entry.Name, a.text, a.entry.File, a.entry.Line), "一个写法只能属于一个词条，删去其中一处")
			}
		}
	}
}

// contained finds forms that contain others.
func (c *checker) contained() {
	for _, f := range c.forms {
		for _, part := range parts(f.folded) {
			list := c.by[part]
			if len(list) == 0 {
				continue
			}
			inner := c.forms[list[0]]
			switch {
			case inner.entry.Name != f.entry.Name:
				c.add(Note, f, fmt.Sprintf("含有词条“%s”的“%s”，这样的评论只算作“%s”", inner.entry.Name, inner.text, f.entry.Name), "若两个词条都要计数，在较长的写法前加“&”")
			case f.text != f.entry.Name:
				c.add(Note, f, fmt.Sprintf("同一词条已有“%s”，这个写法多余", inner.text), "可以删去")
			}
		}
	}
}

// parts are the substrings of two characters or more, the whole left out.
func parts(s string) []string {
	runes := []rune(s)
	var list []string
	for n := 2; n < len(runes); n++ {
		for i := 0; i+n <= len(runes); i++ {
			list = append(list, string(runes[i:i+n]))
		}
	}
	return list
}

// A form is swallowed when the longer words that take it away are this many
// times as frequent as the form itself. Base frequencies are those of gse's
// dictionary; a form that it does not have counts as unknownFreq.
const (
	swallowedTimes = 9
	unknownFreq    = 20
)

// swallowed finds forms that mostly stand inside a longer common word, where
// the segmentation takes them away. The miner itself is asked whether it
// refuses the form in that word.
func (c *checker) swallowed() error {
	dict := &nlp.Dictionary{}
	for i := range c.Entries {
		t := c.Entries[i].Term
		t.Surfaces = slices.DeleteFunc(slices.Clone(t.Surfaces), pattern.Is)
		dict.Terms = append(dict.Terms, t)
	}
	miner, err := nlp.NewMiner(dict)
	if err != nil {
		return err
	}
	own := map[string]int{}
	type cover struct {
		word string
		freq int
	}
	covers := map[string][]cover{}
	err = baseWords(func(word string, freq int) {
		if len(c.by[word]) > 0 {
			own[word] = freq
			return // the term's own word takes precedence
		}
		seen := ""
		for _, part := range parts(word) {
			if len(c.by[part]) > 0 && part != seen {
				seen = part
				covers[part] = append(covers[part], cover{word, freq})
			}
		}
	})
	if err != nil {
		return err
	}
	for folded, list := range covers {
		f := c.forms[c.by[folded][0]]
		slices.SortFunc(list, func(a, b cover) int {
			return cmp.Or(cmp.Compare(b.freq, a.freq), strings.Compare(a.word, b.word))
		})
		lost := 0
		var words []string
		for _, w := range list {
			if refuses(miner, w.word, folded) {
				lost += w.freq
				words = append(words, w.word)
			}
		}
		if lost >= swallowedTimes*max(own[folded], unknownFreq) {
			c.add(Warning, f, "多半出现在更长的常用词里（"+strings.Join(words[:min(3, len(words))], "、")+"），分词后不算命中", "换一个更完整的写法，或确认只想找它单独出现的情形")
		}
	}
	return nil
}

// refuses tells whether mining word finds the form and does not take it.
func refuses(m *nlp.Miner, word, folded string) bool {
	for _, step := range m.Explain(word).Steps {
		if step.Surface == folded {
			return step.RefusedBy != ""
		}
	}
	return false
}

// baseWords calls each for every word of the base dictionary.
func baseWords(each func(word string, freq int)) error {
	f, err := dictionaries.Files.Open("gse-base.txt.gz")
	if err != nil {
		return err
	}
	defer f.Close()
	zr, err := gzip.NewReader(f)
	if err != nil {
		return err
	}
	sc := bufio.NewScanner(zr)
	for sc.Scan() {
		word, num, _ := strings.Cut(sc.Text(), " ")
		if freq, err := strconv.Atoi(num); err == nil {
			each(word, freq)
		}
	}
	return errors.Join(sc.Err(), zr.Close())
}

// patterns finds patterns that take praise for a complaint, and those whose
// plainest words are counted under another term.
func (c *checker) patterns() error {
	dict := &nlp.Dictionary{}
	source := map[string][]*Entry{}
	for i := range c.Entries {
		e := &c.Entries[i]
		dict.Terms = append(dict.Terms, e.Term)
		source[e.Name] = append(source[e.Name], e)
	}
	if len(c.Faults) > 0 {
		return nil // it cannot be mined with
	}
	miner, err := nlp.NewMiner(dict)
	if err != nil {
		return err
	}
	if err := c.praised(miner, source); err != nil {
		return err
	}
	classes, err := nlp.PatternClasses()
	if err != nil {
		return err
	}
	for i := range c.Entries {
		e := &c.Entries[i]
		for _, form := range e.Surfaces {
			if !pattern.Is(form) {
				continue
			}
			p, err := pattern.Parse(form, classes)
			if err != nil {
				continue // among the faults
			}
			words := p.Example()
			other := ""
			for _, m := range miner.Mine(nil, words) {
				if m.Term == e.Name {
					other = ""
					break
				}
				other = m.Term
			}
			if other != "" {
				c.add(Note, writtenForm(e, form), fmt.Sprintf("这样的评论（例如“%s”）算作词条“%s”", words, other), "若应算作本词条，改写其中一个")
			}
		}
	}
	return nil
}

// writtenForm is a form for messages.
func writtenForm(e *Entry, text string) form { return form{entry: e, text: text} }

// praised mines what satisfied buyers say.
func (c *checker) praised(miner *nlp.Miner, source map[string][]*Entry) error {
	f, err := dictionaries.Files.Open("praise.txt")
	if err != nil {
		return err
	}
	defer f.Close()
	sc := bufio.NewScanner(f)
	for sc.Scan() {
		text := sc.Text()
		if strings.HasPrefix(text, "#") {
			continue
		}
		for _, step := range miner.Explain(text).Steps {
			if step.RefusedBy != "" || step.Mention.Assertion != chaping.Affirmed {
				continue
			}
			for _, e := range source[step.Mention.Term] {
				written := cmp.Or(step.Form, step.Surface)
				if slices.Contains(e.forms(), written) {
					c.add(Warning, writtenForm(e, written), fmt.Sprintf("会命中好评“%s”里的“%s”", text, step.Surface), "写得更具体一些")
				}
			}
		}
	}
	return sc.Err()
}
