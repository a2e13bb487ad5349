package web

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
)

// strict tells whether what the address asks for has to be understood: programs, and
// whoever takes a file away, do not see what was left out. Pages say it.
func (q *request) strict() bool { return q.api || q.route.export }

// query compares the query of the address with what the route declares. What a page
// cannot take is as if it were not there, and kept to be said.
func (q *request) query() error {
	given, err := url.ParseQuery(q.r.URL.RawQuery)
	if err != nil && q.strict() {
		return bad("地址里问号后面的部分格式不对", "特殊字符按百分号编码，分号写成 %3B")
	}
	fields := q.route.fields()
	for name, values := range given {
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name && !f.family() || f.of(name) })
		switch {
		case i < 0 || strings.Contains(fields[i].kind, "[") && !strings.HasSuffix(name, "]"):
			q.ignored = append(q.ignored, "不认识参数“"+chaping.Shorten(name, 40)+"”")
		case fields[i].family() && len(values) > 1:
			q.ignored = append(q.ignored, "“"+chaping.Shorten(name, 40)+"”写了不止一次")
		}
	}
	for _, f := range fields {
		values := given[f.name]
		if f.required && q.strict() && (len(values) == 0 || values[0] == "") {
			return bad("缺少“"+f.name+"”", "见 "+apiRoot+"/openapi.json")
		}
		if problem := f.wrong(values); problem != "" {
			q.ignored = append(q.ignored, problem)
			if f.choices() != nil { // of others the page itself says what it makes
				given.Del(f.name)
			}
		}
	}
	slices.Sort(q.ignored)
	if q.strict() {
		return q.refuse(q.ignored)
	}
	if len(q.ignored) > 0 {
		q.r.Form = given
	}
	return nil
}

// refuse is the error of a request of which something was not understood.
func (q *request) refuse(ignored []string) error {
	if len(ignored) == 0 {
		return nil
	}
	return bad(strings.Join(ignored, "；"), "见 "+apiRoot+"/openapi.json")
}

// family tells whether the field stands for all whose names begin alike.
func (f field) family() bool { return strings.HasSuffix(f.kind, "*") }

// choices are the values that the field can have; nil where there are too many to
// list. Empty is always one.
func (f field) choices() []string {
	switch {
	case f.kind == "hazard":
		list := []string{unclassified}
		for _, h := range chaping.Hazards() {
			list = append(list, string(h))
		}
		return list
	case strings.Contains(f.kind, "|"):
		return strings.Split(strings.Trim(f.kind, "|"), "|")
	}
	return nil
}

// wrong says what is wrong with the values of a field in an address, if anything.
func (f field) wrong(values []string) string {
	if len(values) > 1 && f.kind != "list" && f.kind != "lines" {
		return "“" + f.name + "”写了不止一次"
	}
	for _, value := range values {
		value = strings.TrimSpace(value)
		if value == "" {
			continue
		}
		var err error
		want := ""
		choices := f.choices()
		switch {
		case choices != nil:
			if want = strings.Join(choices, "、"); !slices.Contains(choices, value) {
				err = strconv.ErrSyntax
			}
		case f.kind == "integer":
			want = "整数"
			_, err = strconv.ParseInt(value, 10, 64)
		case f.kind == "positive":
			want = "从 1 起的整数"
			if n, nerr := strconv.ParseInt(value, 10, 32); nerr != nil || n < 1 {
				err = strconv.ErrSyntax
			}
		case f.kind == "number":
			want = "数"
			_, err = strconv.ParseFloat(value, 64)
		case f.kind == "date":
			want = "日期，例如 2026-11-20"
			_, err = time.Parse(time.DateOnly, value)
		}
		if err != nil {
			return fmt.Sprintf("“%s”不能是“%s”，应为 %s", f.name, chaping.Shorten(value, 30), want)
		}
	}
	return ""
}
