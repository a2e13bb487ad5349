// Package pattern is the small language in which a dictionary writes a form
// that buyers say in many ways:
//
//	制冷<程度><不好>        a class in angle brackets: any of its words
//	(制冷|制热)慢           one of several
//	味道(很|太)?大          may be left out, as may a single character: 漏电?了
//	用了~6就<坏了>          up to six characters between, within the clause
//	一股~3[香甜]味          of which none is 香 or 甜
//	&电池爆炸               counted besides shorter terms that it holds
//	定了~2度/烧到           / is the comma between two clauses
//	^太小了$               begins and ends its clause, as what has no subject does
//
// Classes are data (dictionaries/classes.yaml). What stands in a gap must not
// end a clause and must not deny: that is a list of characters in the same
// file. Between two items a colon may stand (制冷效果：差). A pattern is a sequence of items, each a finite set of words, with
// gaps between; there is no repetition, so that matching takes a bounded
// number of steps.
package pattern

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// The bounds of a pattern.
const (
	maxItems  = 12
	maxWords  = 3000 // words that one item stands for
	maxDepth  = 3    // brackets within brackets
	maxGap    = 8    // runes that a gap may hold
	maxLength = 300  // runes of a pattern as it is written
	plainGap  = 4    // runes of a gap without a number
	maxReach  = 60   // runes that a match may span
)

// A Fault says what is wrong with a pattern or a class, and what to do.
type Fault struct {
	Problem, Remedy string
}

func (f *Fault) Error() string { return f.Problem + "：" + f.Remedy }

// An item is a set of words, or a gap.
type item struct {
	words    []string
	optional bool
	gap      int    // most runes; 0 for words
	without  string // runes that the gap must not hold, besides the stops
}

// A Pattern is a form as the dictionary writes it, parsed.
type Pattern struct {
	items []item
	also  bool
	first bool // begins its clause
	last  bool // ends its clause
}

// Is tells whether a form of a term is a pattern. Forms of older dictionaries
// are none: they have neither classes nor alternatives nor gaps.
func Is(form string) bool {
	form = plainMarks(form)
	return marked(form) || strings.ContainsAny(form, "<>") || strings.Contains(form, "(") && strings.Contains(form, "|") ||
		gapped(form) || edged(form)
}

// edged tells whether a mark for an edge of the clause stands before or after text.
func edged(form string) bool {
	head, _ := utf8.DecodeRuneInString(strings.TrimPrefix(form, "^"))
	tail, _ := utf8.DecodeLastRuneInString(strings.TrimSuffix(form, "$"))
	return strings.HasPrefix(form, "^") && unicode.IsLetter(head) || strings.HasSuffix(form, "$") && unicode.IsLetter(tail)
}

// marked tells whether the form begins with the mark & and goes on with text.
func marked(form string) bool {
	r, _ := utf8.DecodeRuneInString(strings.TrimPrefix(form, "&"))
	return strings.HasPrefix(form, "&") && (unicode.IsLetter(r) || r == '<' || r == '(')
}

// gapped tells whether a gap stands between two characters. (A tilde at the
// end of a form is decoration.)
func gapped(form string) bool {
	at := strings.Index(form, "~")
	return at > 0 && strings.Trim(form[at:], "~0123456789") != ""
}

// plainMarks replaces full-width marks by plain ones: whoever writes Chinese
// types either.
func plainMarks(form string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '（':
			return '('
		case '）':
			return ')'
		case '｜':
			return '|'
		case '＜', '〈':
			return '<'
		case '＞', '〉':
			return '>'
		case '～':
			return '~'
		case '？':
			return '?'
		case '＆':
			return '&'
		case '＾':
			return '^'
		case '＄':
			return '$'
		case '［':
			return '['
		case '］':
			return ']'
		}
		return r
	}, form)
}

// Parse reads a pattern. Every error is a *Fault.
func Parse(form string, classes *Classes) (*Pattern, error) {
	if utf8.RuneCountInString(form) > maxLength {
		return nil, &Fault{fmt.Sprintf("模式超过 %d 个字", maxLength), "把长的词表写成词类，或拆成几个模式"}
	}
	p := parser{rest: []rune(plainMarks(strings.TrimSpace(form))), classes: classes}
	out := &Pattern{}
	if len(p.rest) > 0 && p.rest[0] == '&' {
		out.also = true
		p.rest = p.rest[1:]
	}
	if len(p.rest) > 0 && p.rest[0] == '^' {
		out.first = true
		p.rest = p.rest[1:]
	}
	if n := len(p.rest); n > 0 && p.rest[n-1] == '$' {
		out.last = true
		p.rest = p.rest[:n-1]
	}
	var err error
	if out.items, err = p.sequence(0, false); err != nil {
		return nil, err
	}
	return out, out.check()
}

// Also tells whether the pattern is counted besides shorter forms of other
// terms that its matches hold.
func (p *Pattern) Also() bool { return p.also }

func (p *Pattern) check() error {
	if len(p.items) == 0 {
		return &Fault{"模式是空的", "写出词，或删去这一条"}
	}
	if len(p.items) > maxItems {
		return &Fault{fmt.Sprintf("模式超过 %d 段", maxItems), "拆成几个较短的模式"}
	}
	least, most, fixed := 0, 0, false
	for i, it := range p.items {
		if it.gap > 0 {
			if i == 0 || i == len(p.items)-1 || p.items[i-1].gap > 0 {
				return &Fault{"间隔不在两段文字之间", "“~”的前后都要有词"}
			}
			most += it.gap
			continue
		}
		shortest, longest := maxReach, 0
		for _, w := range it.words {
			n := utf8.RuneCountInString(w)
			shortest, longest = min(shortest, n), max(longest, n)
		}
		most += longest
		if !it.optional {
			least += shortest
			fixed = true
		}
	}
	for i, it := range p.items {
		if it.gap == 0 {
			continue
		}
		if !slices.ContainsFunc(p.items[:i], required) || !slices.ContainsFunc(p.items[i+1:], required) {
			return &Fault{"间隔的一侧可以全部省去", "间隔前后各留一段必须有的词"}
		}
	}
	switch {
	case !fixed:
		return &Fault{"每一段都可以省去，会命中任何评论", "至少留一段必须有的词"}
	case least < 2 && !(p.first && p.last):
		return &Fault{"最短只有一个字，会命中大量无关评论", "让模式的每种写法都至少有两个字"}
	case most > maxReach:
		return &Fault{fmt.Sprintf("最长可达 %d 个字", most), fmt.Sprintf("缩短到 %d 个字以内", maxReach)}
	}
	return nil
}

func required(it item) bool { return it.gap == 0 && !it.optional }

type parser struct {
	rest    []rune
	classes *Classes
}

// sequence reads items up to the end, or within brackets up to | or ).
func (p *parser) sequence(depth int, inner bool) (items []item, err error) {
	var literal []rune
	flush := func() {
		if len(literal) > 0 {
			items = append(items, item{words: []string{string(literal)}})
			literal = nil
		}
	}
	for len(p.rest) > 0 {
		r := p.rest[0]
		if inner && (r == '|' || r == ')') {
			break
		}
		p.rest = p.rest[1:]
		switch r {
		case '<', '(':
			flush()
			it, err := p.set(r, depth)
			if err != nil {
				return nil, err
			}
			items = append(items, it)
		case '~':
			if inner {
				return nil, &Fault{"括号里有间隔", "把“~”移到括号外面"}
			}
			flush()
			it, err := p.gap()
			if err != nil {
				return nil, err
			}
			items = append(items, it)
		case '[', ']':
			return nil, &Fault{fmt.Sprintf("“%c”不在间隔之后", r), "间隔里不能有的字写在“~”和数字后面，例如 ~3[香甜]"}
		case '|', ')', '>':
			return nil, &Fault{fmt.Sprintf("“%c”没有对应的左括号", r), "选择写成 (甲|乙)，词类写成 <名称>"}
		case '?':
			if len(literal) == 0 {
				return nil, &Fault{"“?”前面没有可以省去的字或括号", "“?”写在一个字或括号之后，例如 (很|太)?大"}
			}
			last := literal[len(literal)-1]
			literal = literal[:len(literal)-1]
			flush()
			items = append(items, item{words: []string{string(last)}, optional: true})
		case '&':
			return nil, &Fault{"“&”不在开头", "只在模式的第一个字写“&”"}
		case '^', '$':
			return nil, &Fault{fmt.Sprintf("“%c”不在模式的头尾", r), "“^”写在开头（小句从这里开始），“$”写在末尾（小句到此为止）"}
		case '/', '／': // commas part the forms of a workbook's cell
			literal = append(literal, '，')
		case ' ', '\t', '\n', '\r', '。', '，', '！', '；', ',', '!', ';', '、':
			return nil, &Fault{"模式里有空格或标点", "模式只在一个小句之内，删去它；要跨两个小句，在逗号处写“/”"}
		default:
			literal = append(literal, r)
		}
		if len(items) > maxItems {
			return nil, &Fault{fmt.Sprintf("模式超过 %d 段", maxItems), "拆成几个较短的模式"}
		}
	}
	flush()
	return items, nil
}

// gap reads what follows a tilde: a number, and characters that the gap must
// not hold.
func (p *parser) gap() (it item, err error) {
	if it.gap, err = p.width(); err != nil || len(p.rest) == 0 || p.rest[0] != '[' {
		return it, err
	}
	end := slices.Index(p.rest, ']')
	if end < 2 {
		return it, &Fault{"间隔后的方括号是空的，或没有对应的“]”", "写出间隔里不能有的字，例如 ~3[香甜]"}
	}
	it.without = string(p.rest[1:end])
	p.rest = p.rest[end+1:]
	return it, nil
}

func (p *parser) width() (int, error) {
	n, digits := 0, 0
	for len(p.rest) > 0 && p.rest[0] >= '0' && p.rest[0] <= '9' && digits < 3 {
		n = n*10 + int(p.rest[0]-'0')
		p.rest = p.rest[1:]
		digits++
	}
	if digits == 0 {
		return plainGap, nil
	}
	if n < 1 || n > maxGap {
		return 0, &Fault{fmt.Sprintf("间隔 %d 不在 1–%d 之间", n, maxGap), "间隔写小一点，例如 ~4"}
	}
	return n, nil
}

// set reads a class or alternatives, after the opening mark.
func (p *parser) set(open rune, depth int) (it item, err error) {
	if depth >= maxDepth {
		return it, &Fault{fmt.Sprintf("括号套了 %d 层以上", maxDepth), "把里层写成词类"}
	}
	if open == '<' {
		end := slices.Index(p.rest, '>')
		if end < 0 {
			return it, &Fault{"“<”没有对应的“>”", "词类写成 <名称>"}
		}
		name := string(p.rest[:end])
		p.rest = p.rest[end+1:]
		if it.words, err = p.classes.words(name); err != nil {
			return it, err
		}
	} else {
		if it.words, it.optional, err = p.alternatives(depth + 1); err != nil {
			return it, err
		}
	}
	if len(p.rest) > 0 && p.rest[0] == '?' {
		p.rest = p.rest[1:]
		it.optional = true
	}
	return it, nil
}

// alternatives reads up to the closing bracket. An empty alternative makes
// the whole optional.
func (p *parser) alternatives(depth int) (words []string, optional bool, err error) {
	for {
		items, err := p.sequence(depth, true)
		if err != nil {
			return nil, false, err
		}
		if len(p.rest) == 0 {
			return nil, false, &Fault{"“(”没有对应的“)”", "选择写成 (甲|乙)"}
		}
		more, err := product(items)
		if err != nil {
			return nil, false, err
		}
		for _, w := range more {
			if w == "" {
				optional = true
			} else {
				words = append(words, w)
			}
		}
		if len(words) > maxWords {
			return nil, false, tooMany()
		}
		mark := p.rest[0]
		p.rest = p.rest[1:]
		if mark == ')' {
			break
		}
	}
	if len(words) == 0 {
		return nil, false, &Fault{"括号里没有词", "写出至少一种选择"}
	}
	slices.Sort(words)
	return slices.Compact(words), optional, nil
}

func tooMany() error {
	return &Fault{fmt.Sprintf("一段的写法超过 %d 种", maxWords), "少用几个词类，或拆成几个模式"}
}

// product is every word that a sequence of items stands for.
func product(items []item) ([]string, error) {
	out := []string{""}
	for _, it := range items {
		var next []string
		for _, head := range out {
			if it.optional {
				next = append(next, head)
			}
			for _, w := range it.words {
				next = append(next, head+w)
			}
			if len(next) > maxWords {
				return nil, tooMany()
			}
		}
		out = next
	}
	return out, nil
}

// Needed are words of which one stands in every match: those of the required
// item that has the fewest.
func (p *Pattern) Needed() []string {
	var best []string
	for _, it := range p.items {
		if required(it) && (best == nil || len(it.words) < len(best)) {
			best = it.words
		}
	}
	return slices.Clone(best)
}

// Example is the plainest text that the pattern matches: of every required
// item its shortest word.
func (p *Pattern) Example() string {
	var b strings.Builder
	for _, it := range p.items {
		if required(it) {
			b.WriteString(slices.MinFunc(it.words, func(x, y string) int {
				return cmp.Or(cmp.Compare(utf8.RuneCountInString(x), utf8.RuneCountInString(y)), cmp.Compare(x, y))
			}))
		}
	}
	return b.String()
}
