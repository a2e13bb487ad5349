package importer

import (
	"fmt"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"chaping/ingest"
)

// gradeNames are names of files and worksheets that say how all their reviews
// grade: 差评, 11月差评 (2), 好评导出. Of 好评率 and 中差评 none is it.
var gradeNames = regexp.MustCompile(
	`^(?:[^好中差]*[^好中差率度不非无])?(好评|中评|差评)(?:评论|评价|数据|明细|列表|导出|汇总|内容|部分|表)?[\s_\-—]*(?:[(（]?\d[\d\-_.年月日]*[)）]?)?$`,
)

// gradeOfName is the rating that a name says; "" if it says none.
func gradeOfName(name string) string {
	name = strings.TrimSpace(filepath.ToSlash(name))
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	for _, ext := range []string{".gz", ".csv", ".tsv", ".txt", ".xlsx", ".xls", ".json", ".jsonl", ".ndjson", ".html"} {
		name = strings.TrimSuffix(name, ext)
	}
	if m := gradeNames.FindStringSubmatch(strings.TrimSpace(name)); m != nil {
		return m[1]
	}
	return ""
}

// gradedByName asks about a file whose reviews are graded by its name only, or by
// those of its worksheets.
func (m *mapper) gradedByName() {
	if _, told := m.column[fieldRating]; told {
		return
	}
	if m.u.gradeWord = gradeOfName(m.u.called); m.u.gradeWord != "" {
		m.ask(Question{Kind: AskUnused, Field: fieldRating, Text: fmt.Sprintf("没有评分列，文件名写着“%s”。", m.u.gradeWord),
			Assumed: "这些评论都按" + m.u.gradeWord})
	}
	for _, t := range m.u.Tables {
		if word := gradeOfName(t.Name); word != "" && t.Skipped == "" {
			m.u.sheetGrades = true
			m.ask(Question{Kind: AskUnused, Field: fieldRating, Text: fmt.Sprintf("没有评分列，工作表的名称写着“%s”。", word),
				Assumed: "这张表的评论都按" + word})
		}
	}
}

// gradeWord is the rating that the name of a row's worksheet, or of its file, says.
func (im *run) gradeWord(r *row) string {
	if im.sheetGrades {
		if word := gradeOfName(r.table); word != "" {
			return word
		}
	}
	return im.nameGrade
}

// capturedNames are names of columns that say when a row was read off a page.
var capturedNames = regexp.MustCompile(
	`^(?:数据|页面|评论)?(?:采集|抓取|爬取|获取|提取|导出|下载|入库|更新|当前|系统)(?:的)?(?:时间|日期|时刻|于)$|` +
		`^(?:crawl(?:ed)?|scrap(?:ed?|ing)|captur(?:ed?)|fetch(?:ed)?|collect(?:ed)?|extract(?:ed)?|export(?:ed)?|download(?:ed)?|current|gather(?:ed)?)(?:at|time|date|on|datetime|timestamp|ts)$`,
)

// captured finds the column from which relative dates count, row by row.
func (m *mapper) captured() {
	i, ok := m.column[fieldPublished]
	if !ok || i < 0 || m.looks[i].relative == 0 || !m.options.ExportedAt.IsZero() {
		return
	}
	if _, told := m.column[fieldCaptured]; told {
		return
	}
	for k, s := range m.samples {
		l := &m.looks[k]
		if m.field[k] == "" && capturedNames.MatchString(lastName(s.name)) && l.dateLike() > 0.9 && l.relative == 0 && l.order == 0 {
			m.set(k, fieldCaptured, ByName)
			return
		}
	}
}

// toldOf is when a row was read off a page, as far as it says so.
func (im *run) toldOf(r *row) time.Time {
	if len(im.profile.Fields[fieldCaptured]) == 0 {
		return im.told
	}
	at, err := ingest.Dates{ingest.AnyDate, ingest.Serial}.Parse(r.field(fieldCaptured), time.Time{})
	if err != nil {
		return im.told
	}
	if at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 {
		at = at.Add(24*time.Hour - time.Second) // the day is all that is told
	}
	return at
}

// Times of day that have a column of their own, beside that of the days.
var (
	clockNames = regexp.MustCompile(`时间$|时刻$|时分秒?$|(?:^|[a-z])time$|^(?:hour|clock)$`)
	clockValue = regexp.MustCompile(`^\s*(?:[01]?\d|2[0-3])[:：时点][0-5]?\d(?:[:：分][0-5]?\d秒?|分)?\s*$`)
)

// clock finds the column of the time of day where that of the days has none. The
// same text in one second is one review, on one day it is two.
func (m *mapper) clock() {
	i, ok := m.column[fieldPublished]
	if _, told := m.column[fieldClock]; told || !ok || i < 0 || m.looks[i].relative > 0 {
		return
	}
	for _, value := range m.samples[i].values {
		if strings.ContainsAny(value, ":：时点") || strings.Trim(value, "0123456789") == "" && len(value) > 8 {
			return
		}
	}
	for k, s := range m.samples {
		if m.field[k] != "" || len(s.values) == 0 || !clockNames.MatchString(lastName(s.name)) || orderTime(s.name) {
			continue
		}
		fits := true
		for _, value := range s.values {
			fits = fits && clockValue.MatchString(value)
		}
		if fits {
			m.set(k, fieldClock, ByName)
			return
		}
	}
}
