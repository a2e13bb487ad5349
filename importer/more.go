package importer

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"chaping"
)

// columnSeparator stands between the names of columns where a field has several.
const columnSeparator = "+"

// Joins tells whether a field may have several columns at once, whose texts are
// put together.
func Joins(field string) bool {
	return field == fieldMore || field == fieldSpeaker || field == fieldState
}

// JoinColumns is how Options.Map names several columns of a field that Joins.
func JoinColumns(names ...string) string {
	names = slices.DeleteFunc(names, func(s string) bool { return s == "" })
	return strings.Join(names, columnSeparator)
}

// more finds further columns with what buyers write: forms ask for 优点 and 缺点.
// Where no column is called a text the first of them is it.
func (m *mapper) more() {
	if i, told := m.column[fieldMore]; told && (i < 0 || m.how[i] == ByPerson) {
		return
	}
	delete(m.column, fieldMore)
	for i, s := range m.samples {
		if m.field[i] == fieldMore {
			m.field[i], m.how[i] = "", ""
		}
		if m.field[i] != "" || strings.HasPrefix(s.name, "^") || len(s.values) == 0 ||
			m.vocabulary.fits(s.name)[fieldMore] < 0.9 || m.looks[i].fit(fieldText) < 0.6 {
			continue
		}
		if !m.has(fieldText) {
			m.set(i, fieldText, ByName)
			continue
		}
		m.set(i, fieldMore, ByName)
	}
}

// numberedName are names such as 评论2.
var numberedName = regexp.MustCompile(`[\s_.(（]*[\d一二三四五六七八九十]+[)）]*$`)

// unusedTexts asks about columns of what buyers may have written that are not
// used.
func (m *mapper) unusedTexts() {
	if !m.mapped(fieldText) {
		return
	}
	text := m.samples[m.column[fieldText]]
	asked := map[string]bool{}
	for _, q := range m.u.Questions {
		asked[q.Column] = true
	}
	rows := map[int]bool{}
	for _, at := range text.at {
		rows[at] = true
	}
	base := numberedName.ReplaceAllString(text.name, "")
	for _, i := range m.free() {
		s, l := m.samples[i], &m.looks[i]
		alike := base != text.name && numberedName.ReplaceAllString(s.name, "") == base
		beside := slices.ContainsFunc(s.at, func(at int) bool { return rows[at] })
		if asked[s.name] || m.fault[i] != "" || !beside || l.text < 0.6 || l.dateLike() > 0.5 || l.url > 0.2 ||
			l.stronglyRating() ||
			!alike && (l.runes < longText || l.distinct < 0.6 || l.id > 0.5 || !chinese(s.values)) {
			continue
		}
		m.ask(Question{Kind: AskField, Column: s.name, Field: fieldMore, Samples: m.examples(i),
			Text:    fmt.Sprintf("列“%s”也像评论内容，没有用。要并入评论内容吗？", s.name),
			Assumed: "不用"})
	}
}

// listed is a text that counts what it says.
var listed = regexp.MustCompile(`(?s)^\s*[(（]?(?:1|一|①)[.、．)）:：]?\s*\S.*\n\s*[(（]?(?:2|二|②)[.、．)）:：]?\s*\S`)

// severalInOne tells of texts that may be several reviews in one cell. One buyer may
// have counted his reasons, so that they are not taken apart.
func (m *mapper) severalInOne() {
	i, ok := m.column[fieldText]
	if !ok || i < 0 || len(m.samples[i].values) < 2 && m.u.Rows > 1 {
		return
	}
	counted, joined := 0, 0
	for _, value := range m.samples[i].values {
		switch {
		case listed.MatchString(value):
			counted++
		case strings.Contains(value, "||") || strings.Contains(value, "\n---") || strings.Contains(value, "\n==="):
			joined++
		}
	}
	if n := counted + joined; n*2 > len(m.samples[i].values) {
		m.ask(Question{Kind: AskUnused, Column: m.samples[i].name, Field: fieldText, Samples: m.examples(i),
			Text: fmt.Sprintf("列“%s”看过的 %d 行里有 %d 行像是几条评论写在一格里；是的话，先拆成一行一条再导入。", m.samples[i].name,
				len(m.samples[i].values), n), Assumed: "每行算一条评论"})
	}
}

// longText is the mean length of texts that a column of names hardly has.
const longText = 8

// chinese tells whether most values have words in Chinese: identifiers, addresses
// and settings have none.
func chinese(values []string) bool {
	n := 0
	for _, value := range values {
		if strings.IndexFunc(value, func(r rune) bool { return r >= 0x4e00 && r < 0xa000 }) >= 0 {
			n++
		}
	}
	return 2*n > len(values)
}

// severalColumns are the columns that a person names for a field that Joins.
func (m *mapper) severalColumns(names string) (columns []int, missing string) {
	if i := m.named(names); i >= 0 {
		return []int{i}, ""
	}
	for name := range strings.SplitSeq(names, columnSeparator) {
		i := m.named(strings.TrimSpace(name))
		if i < 0 {
			return nil, name
		}
		columns = append(columns, i)
	}
	return columns, ""
}

// joined puts the texts of a review's columns together.
func joined(texts ...string) string {
	texts = slices.DeleteFunc(texts, func(s string) bool { return words(strings.TrimSpace(s)) == "" })
	return strings.Join(texts, "\n")
}

// noColumn is why columns that a person names cannot be used.
func (m *mapper) noColumn(field, name string) error {
	var names []string
	for _, s := range m.samples {
		names = append(names, s.name)
	}
	return &chaping.InputError{File: m.u.File, Line: m.u.HeaderRow, Field: field, Value: name,
		Problem: "文件里没有这一列",
		Remedy:  "文件的列有：" + chaping.Shorten(strings.Join(names, "、"), 300)}
}
