package importer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/ingest"
)

func (m *mapper) dates() {
	formats := slices.Clone(m.options.Profile.Dates)
	i, ok := m.column[fieldPublished]
	if ok && i >= 0 {
		if m.how[i] != ByPerson && m.options.Profile.Understand && m.options.DayOrder == "" && m.halfConverted(i) {
			m.unset(i, "有的日期是文字，有的像是被表格软件把日和月弄反了，重新导出，别用表格软件打开")
			i, ok = -1, false
		}
	}
	if ok && i >= 0 && m.how[i] != ByPerson && m.options.Profile.Understand {
		if _, err := ingest.ZoneOfName(m.samples[i].name); err != nil {
			m.unset(i, "列名写着的时区不知道是哪一个，换算成北京时间再导入；就是北京时间的，指明它是评论时间")
			i, ok = -1, false
		}
	}
	if ok && i >= 0 {
		l := &m.looks[i]
		if l.order > 0 {
			any := cmp.Or(m.options.DayOrder, m.dateOrder(l))
			if any == "" {
				any = ingest.AnyDate
				m.ask(Question{Kind: AskOrder, Column: m.samples[i].name, Field: fieldPublished,
					Samples: m.examples(i), Blocks: l.order > 0.5,
					Text:    fmt.Sprintf("列“%s”的日期（如 %s）是年在前、日在前还是月在前？", m.samples[i].name, m.first(i, ingest.ErrOrder)),
					Assumed: "这样的日期不收录"})
			}
			formats = slices.DeleteFunc(formats, func(f string) bool { return f == ingest.AnyDate })
			formats = append(formats, any)
		}
		if l.relative > 0 && m.options.ExportedAt.IsZero() && !m.mapped(fieldCaptured) {
			q := Question{Kind: AskExported, Column: m.samples[i].name, Field: fieldPublished,
				Samples: m.examples(i), Blocks: l.relative > 0.5,
				Text:    fmt.Sprintf("列“%s”有相对的日期（如 %s），文件是哪一天导出的？", m.samples[i].name, m.first(i, ingest.ErrRelative)),
				Assumed: "这样的日期不收录"}
			if !m.u.ExportedAt.IsZero() {
				q.Blocks, q.Assumed = false, "按表头上写的 "+m.u.ExportedAt.Format(time.DateOnly)+" 推算"
			}
			m.ask(q)
		}
		if orderTime(m.samples[i].name) {
			m.ask(Question{Kind: AskGuess, Column: m.samples[i].name, Field: fieldPublished, Samples: m.examples(i),
				Text: fmt.Sprintf("没有评论时间，列“%s”像是下单或收货的时间，用它代替吗？", m.samples[i].name), Assumed: "用它代替评论时间"})
		}
	}
	if ok && i >= 0 {
		formats = m.zoned(i, formats)
	}
	if m.u.from1904 {
		formats = append([]string{ingest.Serial1904}, formats...)
	}
	m.u.Dates = formats
}

// zoned are formats for a column whose name, or a title above the table, says in
// which zone its clock is: 评价时间（UTC）, 时区：UTC.
func (m *mapper) zoned(i int, formats []string) []string {
	zone, err := ingest.ZoneOfName(m.samples[i].name)
	if err != nil || zone == "" && m.u.clock.line == "" {
		return formats
	}
	ask := func(text, assumed string) {
		m.ask(Question{Kind: AskUnused, Column: m.samples[i].name, Field: fieldPublished, Samples: m.examples(i),
			Text: text, Assumed: assumed})
	}
	title := chaping.Shorten(m.u.clock.line, 40)
	said := fmt.Sprintf("列“%s”不是北京时间", m.samples[i].name)
	if zone == "" {
		zone, said = m.u.clock.zone, fmt.Sprintf("标题里写着“%s”，列“%s”不是北京时间", title, m.samples[i].name)
		if m.u.clock.doubt {
			ask(fmt.Sprintf("标题里写着时区“%s”，看不出列“%s”是不是哪里的时间、是哪里的；不是北京时间的，换算后再导入。", title,
				m.samples[i].name), "按北京时间读取")
			return formats
		}
	}
	switch {
	case zone == "+08:00":
		return formats
	case !slices.Contains(formats, ingest.AnyDate):
		ask(said+"，程序没有换算。", "按北京时间读取")
		return formats
	case strings.HasPrefix(said, "标题"):
		ask(said+"。", "换算成北京时间")
	}
	return slices.Insert(slices.Clone(formats), slices.Index(formats, ingest.AnyDate), ingest.Zoned+zone)
}

// dateOrder is the order of the numbers in a column's dates, as far as they tell
// it. "": they do not, or contradict each other.
func (m *mapper) dateOrder(l *looks) string {
	dayFirst, monthFirst := l.dayFirst > 0, l.monthFirst > 0
	if len(l.short) > 0 {
		yearFirst, known := l.yearFirst(m.options.Now)
		switch {
		case !known || yearFirst && (dayFirst || monthFirst):
			return ""
		case yearFirst:
			return ingest.YearFirst
		}
		dayFirst = dayFirst || slices.ContainsFunc(l.short, func(n [3]int) bool { return n[0] > 12 })
	}
	switch {
	case dayFirst && !monthFirst:
		return ingest.DayFirst
	case monthFirst && !dayFirst:
		return ingest.MonthFirst
	}
	return ""
}

// halfConverted tells columns that a spreadsheet has opened which reads the day
// where the file has the month: 03/11/2026 became 11 March, and 13/11/2026 stayed
// the text that it was. All dates have days up to 12 then, all texts later ones.
func (m *mapper) halfConverted(i int) bool {
	texts, dates := 0, 0
	for _, value := range m.samples[i].values {
		if n, ok := threeNumbers(value); ok && n[2] >= 100 {
			if n[0] <= 12 && n[1] <= 12 {
				return false
			}
			texts++
			continue
		}
		at, err := ingest.Dates{ingest.AnyDate}.Parse(value, time.Time{})
		if err != nil || at.Day() > 12 {
			return false
		}
		dates++
	}
	return texts > 0 && dates > 0 && texts+dates >= 4
}

// orderTime tells names of times that are not those of reviews.
func orderTime(name string) bool {
	return containsAny(plainName(name), "下单", "购买", "付款", "支付", "成交", "收货", "完成", "订单", "order", "buy", "purchase",
		"paid")
}

// first is the first value of a column whose date fails so.
func (m *mapper) first(i int, why error) string {
	for _, value := range m.samples[i].values {
		if dateFails(value, why) {
			return chaping.Shorten(value, 20)
		}
	}
	return ""
}

func (m *mapper) exportedAt() time.Time {
	if m.mapped(fieldCaptured) { // it is told row by row
		return m.options.Now
	}
	if m.options.ExportedAt.IsZero() {
		return m.u.ExportedAt
	}
	return m.options.ExportedAt
}
