package intake

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"chaping"
	"chaping/ingest/foreign"
	"chaping/report"
)

// What this program writes has names and values: an object of a sheet takes
// hundreds of bytes, a part of one tens. A file of empty ones takes sixty times
// its size of memory.
const (
	slack       = 1000 // parts that need not take so much
	objectBytes = 100
	partBytes   = 8
)

// readJSON reads a sheet that this program wrote.
func readJSON(name string, data []byte) (*Form, error) {
	if objects, commas := foreign.JSONParts(data); objects > slack+len(data)/objectBytes ||
		commas > slack+len(data)/partBytes {
		return nil, refuse(name, "JSON 里几乎全是空的条目", "用 chaping 重新输出")
	}
	var head struct {
		Form string `json:"form"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, refuse(name, "不是完整的 JSON 文件", "用 chaping 重新输出")
	}
	switch head.Form {
	case "platform":
		p, err := report.ReadPlatform(data)
		if err != nil {
			return nil, refuse(name, "读不懂："+chaping.Shorten(err.Error(), 100), "用 chaping 重新输出")
		}
		for i, r := range p.Rows {
			if i == maxPlatformRows || r.Term == "" || r.NegativeReviews > r.Reviews {
				return nil, refuse(
					name,
					fmt.Sprintf("第 %d 条不对：没有评论关键词，差评数比评论数多，或超过 %d 条", i+1, maxPlatformRows),
					"用 chaping 重新输出，不要手工改",
				)
			}
		}
		return &Form{Station: p.Station, Period: p.Period.String(), Rows: p.Rows, Nothing: len(p.Rows) == 0}, nil
	case "association":
		a, err := report.ReadAssociation(data)
		if err != nil {
			return nil, refuse(name, "读不懂："+chaping.Shorten(err.Error(), 100), "用 chaping 重新输出")
		}
		for i, e := range a.Entries {
			switch {
			case e.Draft:
				return nil, refuse(name, fmt.Sprintf("第 %d 条还是草稿", i+1), "由人核实、修改，把 draft 改为 false 再提交")
			case i == maxRows || e.Product == "" || e.Content == "":
				return nil, refuse(name, fmt.Sprintf("第 %d 条不对：必填的“涉及产品”“风险信息内容”是空的，或超过 %d 条", i+1, maxRows), "补上后重新提交")
			}
		}
		return &Form{
			Station: a.Station,
			Period:  a.Period.String(),
			Filler:  a.Filler,
			Phone:   a.Phone,
			Entries: a.Entries,
			Nothing: len(a.Entries) == 0,
		}, nil
	}
	return nil, refuse(name, "JSON 里不是报送表", "用本程序输出的报送表 json")
}

// platformFields are sheet B's columns besides the number.
func platformFields() []field {
	return []field{
		{"评论关键词", []string{"风险词", "评论关键词复制"}}, // D9: as the notice has it
		{"差评数", []string{"差评数量"}},
		{"评论数", []string{"评论数量"}},
		{"商品名称", []string{"商品"}},
		{"关键词", []string{"商品关键词", "产品关键词"}},
		{"时间采集范围", []string{"采集时间范围", "采集范围", "采集时间"}},
		{"店铺名称", []string{"店铺"}},
		{"商品地址", []string{"商品链接", "链接"}},
		{"商品价格", []string{"价格"}},
		{"公司所在区域", []string{"所在区域", "区域"}},
	}
}

const platformColumns = 4 // of platformFields, those without which it is no sheet B

// rangePattern is 时间采集范围 as people write it; the second year may be left
// out.
var rangePattern = regexp.MustCompile(
	`^(\d{4})[年./-](\d{1,2})[月./-](\d{1,2})日?(?:至|到|[-—–~]+)(?:(\d{4})[年./-])?(\d{1,2})[月./-](\d{1,2})日?$`,
)

// readPlatform reads sheet B below its head.
func readPlatform(name string, t table, head int, columns []int, reject func(*chaping.InputError)) *Form {
	form := &Form{}
	tellUnknown(name, t, head, columns, reject)
	for _, l := range t.lines[:head] {
		form.takeFields(l)
	}
	headText := plain(strings.Join(t.lines[head].cells, ""))
	var unread []line // whose 时间采集范围 is not understood
	for _, l := range t.lines[head+1:] {
		v := make([]string, len(columns))
		for f, c := range columns {
			if c >= 0 && c < len(l.cells) {
				v[f] = tidy(l.cells[c])
			}
		}
		switch whole := plain(strings.Join(l.cells, "")); {
		case whole == "", whole == headText, form.takeFields(l), isNote(l), v[0] == "" && isTotal(l):
			continue
		case v[0] == "" && v[1] == "" && v[2] == "": // 无, or an empty line of the form
			if strings.HasPrefix(whole, "无") {
				form.Nothing = true
				form.From, form.To = readRange(v[5])
			}
			continue
		}
		if len(form.Rows) == maxPlatformRows {
			reject(
				&chaping.InputError{
					File:    filepath.Base(name),
					Line:    l.number,
					Problem: fmt.Sprintf("超过 %d 行，其后的没有读入", maxPlatformRows),
					Remedy:  "分成几个文件提交",
				},
			)
			break
		}
		if row, bad := platformRow(name, l.number, v); bad != nil {
			reject(bad)
		} else {
			row.Seq = len(form.Rows) + 1
			form.Rows = append(form.Rows, row)
			if v[5] != "" && (row.From == "" || row.To == "") {
				unread = append(unread, line{l.number, v[5:6]})
			}
		}
	}
	if len(unread) > 0 {
		reject(&chaping.InputError{
			File:    filepath.Base(name),
			Line:    unread[0].number,
			Field:   platformFields()[5].name,
			Value:   chaping.Shorten(unread[0].cells[0], 40),
			Problem: fmt.Sprintf("读不懂，共 %d 行；各行照表读入，没有和报送期核对", len(unread)),
			Remedy:  "写成“2026年10月25日至2026年11月24日”",
		})
	}
	form.Nothing = form.Nothing && len(form.Rows) == 0
	return form
}

const maxPlatformRows = 100_000

// isTotal tells whether a line sums up those above it: its first words are 合计.
func isTotal(l line) bool {
	for _, cell := range l.cells {
		if text := plain(cell); text != "" {
			return slices.Contains([]string{"合计", "总计", "共计", "小计", "总数", "合计数"}, strings.TrimRight(text, ":："))
		}
	}
	return false
}

func platformRow(name string, number int, v []string) (r report.PlatformRow, bad *chaping.InputError) {
	fields := platformFields()
	fault := func(f int, problem, remedy string) (report.PlatformRow, *chaping.InputError) {
		return r, &chaping.InputError{
			File:    filepath.Base(name),
			Line:    number,
			Field:   fields[f].name,
			Value:   chaping.Shorten(v[f], 40),
			Problem: problem + "，这一行没有读入",
			Remedy:  remedy,
		}
	}
	for f := range v {
		if utf8.RuneCountInString(v[f]) > maxText {
			return fault(f, fmt.Sprintf("超过 %d 字", maxText), "缩短后重新提交")
		}
	}
	if v[0] == "" {
		return fault(0, "没有写", "补上后重新提交")
	}
	for f, to := range map[int]*uint64{1: &r.NegativeReviews, 2: &r.Reviews} {
		n, err := strconv.ParseUint(strings.ReplaceAll(norm.NFKC.String(v[f]), ",", ""), 10, 63)
		if err != nil {
			return fault(f, "不是数", "写整数，例如 12")
		}
		*to = n
	}
	if r.NegativeReviews > r.Reviews {
		return fault(1, "比评论数多", "核对两个数")
	}
	r.Term, r.Product, r.ProductKeyword, r.Shop, r.URL, r.Price, r.Region = v[0], v[3], v[4], v[6], v[7], v[8], v[9]
	r.From, r.To = readRange(v[5])
	return r, nil
}

// readRange is 时间采集范围 as its first and last day; "" where it is not understood.
func readRange(text string) (from, to string) {
	m := rangePattern.FindStringSubmatch(strings.Join(strings.Fields(norm.NFKC.String(text)), ""))
	if m == nil {
		return "", ""
	}
	if m[4] == "" {
		m[4] = m[1]
	}
	return isoDate(m[1:4]), isoDate(m[4:7])
}

// isoDate writes year, month and day; "" where there is no such day.
func isoDate(parts []string) string {
	t, err := time.Parse("2006-1-2", strings.Join(parts, "-"))
	if err != nil {
		return ""
	}
	return t.Format(time.DateOnly)
}
