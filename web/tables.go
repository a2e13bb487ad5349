package web

import (
	"cmp"
	"fmt"
	"math"
	"strings"
	"time"

	"chaping"
	"chaping/analysis"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

// productTable lists products that reviews of a period speak of.
func productTable(p chaping.Period, term string) table[analysis.ProductLine] {
	type line = analysis.ProductLine
	price := func(l *line) float64 {
		if !l.Product.Price.Known() {
			return math.NaN()
		}
		return float64(l.Product.Price.Low) / 100
	}
	return table[line]{name: "products", title: "商品", columns: []column[line]{
		linkColumn(
			"product",
			"商品",
			func(l *line) string { return cmp.Or(l.Product.Name, l.Product.ID) },
			func(l *line) string {
				return string(
					query("/product", "platform", l.Product.Platform, "id", l.Product.ID, "period", p, "term", term),
				)
			},
		),
		textColumn("shop", "店铺", func(l *line) string { return l.Product.Shop.Name }),
		numberColumn("price", "价格（元）", price).written(func(l *line) string { return l.Product.Price.String() }),
		textColumn("terms", "评论关键词", func(l *line) string { return strings.Join(l.Terms, "、") }),
		numberColumn("negative", "差评数（条次）", func(l *line) float64 { return float64(l.Negative) }),
		numberColumn("affirmed", "成立（条次）", func(l *line) float64 { return float64(l.Affirmed) }),
		numberColumn("reviews", "评论数", func(l *line) float64 { return float64(l.Reviews) }),
		numberColumn("rate", "全部差评率（%）", func(l *line) float64 { return rate(l.AllNegative, l.Reviews) }).
			written(func(l *line) string { return rateText(l.AllNegative, l.Reviews) }),
		textColumn("keywords", "商品关键词", func(l *line) string { return strings.Join(l.Keywords, "、") }).hide(),
		textColumn("region", "公司所在区域", func(l *line) string { return l.Product.Shop.Region }).hide(),
		textColumn("platform", "平台", func(l *line) string { return l.Product.Platform }).hide(),
		textColumn("id", "商品编号", func(l *line) string { return l.Product.ID }).hide(),
		linkColumn(
			"url",
			"商品地址",
			func(l *line) string { return l.Product.URL },
			func(l *line) string { return webAddress(l.Product.URL) },
		).hide(),
	}}
}

// rate is a part in percent, to one place; NaN of nothing.
func rate(n, of uint64) float64 {
	if of == 0 {
		return math.NaN()
	}
	return math.Round(1000*float64(n)/float64(of)) / 10
}

func rateText(n, of uint64) string {
	if of == 0 {
		return "—"
	}
	return fmt.Sprintf("%.1f%%", 100*float64(n)/float64(of))
}

// termTable lists the terms of the dictionary.
func termTable(fields []rankedName, base int64, edit bool) table[shownTerm] {
	named := make([]choice, 0, len(fields))
	for _, f := range fields {
		named = append(named, choice{Value: f.Name, Name: f.Name})
	}
	t := table[shownTerm]{
		name:  "lexicon",
		title: "词库",
		id:    func(t *shownTerm) string { return t.Name },
		label: func(t *shownTerm) string { return t.Name },
		columns: []column[shownTerm]{
			linkColumn("name", "词条", func(t *shownTerm) string { return t.Name },
				func(t *shownTerm) string { return string(query("/lexicon/term", "name", t.Name)) }),
			textColumn("surfaces", "写法", func(t *shownTerm) string { return strings.Join(t.Surfaces, "、") }),
			choiceColumn("field", "领域", named, func(t *shownTerm) string { return t.Field }),
			choiceColumn(
				"hazard",
				"危害类别",
				hazardChoices(),
				func(t *shownTerm) string { return cmp.Or(string(t.Hazard), unclassified) },
			),
			numberColumn("severity", "严重程度", func(t *shownTerm) float64 {
				if t.Severity == 0 {
					return math.NaN()
				}
				return float64(t.Severity)
			}),
			choiceColumn("edited", "来源", yesNo("本站", "自带"), func(t *shownTerm) string { return yesOrNo(t.Edited) }),
			numberColumn("forms", "写法数", func(t *shownTerm) float64 { return float64(len(t.Surfaces)) }).hide(),
		},
	}
	if edit {
		t.bulk = &bulk{
			Path:   "/lexicon/switch",
			Field:  "names",
			Hidden: []choice{{Name: "base", Value: fmt.Sprint(base)}},
			Note:   "note",
			Ask:    "修改说明，例如：本站不卖这类商品",
			Buttons: []bulkButton{
				{Field: "do", Value: "disable", Name: "停用"}, {Field: "do", Value: "enable", Name: "启用"}},
		}
	}
	return t
}

// kindsOfEntries are the kinds of information, in the notice's order.
func kindsOfEntries() []report.Kind {
	return []report.Kind{report.Hidden, report.Complaint, report.Practice}
}

// companiesOf is the number of companies that a cell tells; NaN where it tells none.
func companiesOf(cell string) float64 {
	if n, _, _ := report.Companies(cell); n > 0 {
		return float64(n)
	}
	return math.NaN()
}

// dutyTable lists what stations owe for a period.
func dutyTable() table[station.Duty] {
	type duty = station.Duty
	var kinds []choice
	for _, k := range station.Kinds() {
		kinds = append(kinds, choice{Value: string(k), Name: k.Chinese()})
	}
	states := choices("timely", "按时报送", "late", "逾期报送", "missing", "逾期未报", "open", "未报")
	return table[duty]{name: "inbox", title: "报送情况", id: urgedID, label: func(d *duty) string { return d.Station.Name }, columns: []column[duty]{
		textColumn("station", "监测站", func(d *duty) string { return d.Station.Name }),
		choiceColumn("kind", "类型", kinds, func(d *duty) string { return string(d.Station.Kind) }),
		choiceColumn("status", "状态", states, dutyState),
		dateColumn("first", "首次收到", chaping.Minute, func(d *duty) time.Time { return d.First }),
		numberColumn("entries", "条数", func(d *duty) float64 {
			if !d.Filed() {
				return math.NaN()
			}
			return float64(d.Entries)
		}),
		textColumn("files", "文件", func(d *duty) string {
			var names []string
			for _, f := range d.Files {
				names = append(names, f.File)
			}
			return strings.Join(names, "、")
		}),
	}}
}

func dutyState(d *station.Duty) string {
	switch {
	case d.Late():
		return "late"
	case d.Filed():
		return "timely"
	case d.Missing():
		return "missing"
	}
	return "open"
}

// caseTable lists cases.
// sourcesOf names the stations whose lead a case was. A station is not told of
// the others by name.
func sourcesOf(c *station.Case, names map[int64]string) string {
	all := c.Sources()
	var list []string
	for _, of := range all {
		if name, known := names[of]; known {
			list = append(list, name)
		}
	}
	switch text := strings.Join(list, "、"); {
	case len(all) == 0:
		return "研究中心"
	case len(list) < len(all):
		return fmt.Sprintf("%s等 %d 个监测站", text, len(all))
	default:
		return text
	}
}

func caseTable(names map[int64]string, now time.Time) table[station.Case] {
	type c = station.Case
	var kinds []choice
	for _, k := range station.CaseKinds() {
		kinds = append(kinds, choice{Value: string(k), Name: k.Chinese()})
	}
	states := choices("open", "在处置", "overdue", "已过期", "closed", "已结案")
	return table[c]{name: "cases", title: "案件", columns: []column[c]{
		numberColumn("id", "编号", func(x *c) float64 { return float64(x.ID) }),
		linkColumn(
			"title",
			"案件",
			func(x *c) string { return x.Title },
			func(x *c) string { return fmt.Sprintf("/cases/%d", x.ID) },
		),
		choiceColumn("kind", "类型", kinds, func(x *c) string { return string(x.Kind) }),
		textColumn("station", "线索来源", func(x *c) string { return sourcesOf(x, names) }),
		choiceColumn("state", "状态", states, func(x *c) string {
			switch {
			case x.Closed():
				return "closed"
			case x.Overdue(now):
				return "overdue"
			}
			return "open"
		}),
		dateColumn("deadline", "期限", time.DateOnly, func(x *c) time.Time { return x.Deadline }),
		dateColumn("found", "发现", time.DateOnly, func(x *c) time.Time { return x.Found }),
		dateColumn("judged", "研判", time.DateOnly, func(x *c) time.Time { return x.Judged }),
		dateColumn("warned", "预警", time.DateOnly, func(x *c) time.Time { return x.Warned }),
		dateColumn("disposed", "处置", time.DateOnly, func(x *c) time.Time { return x.Disposed }),
		textColumn("responsible", "责任方", func(x *c) string { return x.Responsible }).hide(),
		textColumn("outcome", "处置结果", func(x *c) string { return x.Outcome }).hide(),
	}}
}

// auditTable lists the log of what people did.
func auditTable() table[station.Entry] {
	type e = station.Entry
	return table[e]{name: "audit", title: "操作记录", columns: []column[e]{
		numberColumn("id", "编号", func(x *e) float64 { return float64(x.ID) }),
		dateColumn("at", "时间", chaping.Minute, func(x *e) time.Time { return x.At }),
		textColumn("who", "谁", func(x *e) string { return x.Who }),
		textColumn("action", "操作", func(x *e) string { return x.Action }),
		textColumn("object", "对象", func(x *e) string { return x.Object }),
		textColumn("detail", "说明", func(x *e) string { return x.Detail }),
		textColumn("hash", "校验", func(x *e) string { return x.Hash }).hide(),
	}}
}

// runTable lists the records of what stages of the pipeline did.
func runTable() table[shownRun] {
	stages := []choice{}
	for _, stage := range []string{"collect", store.StageImport, "mine", "remove", store.StageUndo} {
		stages = append(stages, choice{Value: stage, Name: stageName(stage)})
	}
	states := choices("done", "已完成", "failed", "失败", "open", "未完成")
	return table[shownRun]{name: "runs", title: "运行记录", columns: []column[shownRun]{
		choiceColumn("stage", "阶段", stages, func(r *shownRun) string { return r.Run.Stage }).
			written(func(r *shownRun) string { return cmp.Or(r.Stage, r.Run.Stage) }),
		textColumn("period", "报送期", func(r *shownRun) string {
			if r.Run.Period.Year == 0 {
				return ""
			}
			return r.Run.Period.String()
		}),
		dateColumn("started", "开始", chaping.Minute, func(r *shownRun) time.Time { return r.Run.Started }),
		choiceColumn("state", "结果", states, func(r *shownRun) string {
			switch {
			case r.Run.Finished.IsZero():
				return "open"
			case r.Run.Error != "":
				return "failed"
			}
			return "done"
		}).written(func(r *shownRun) string { return r.State }),
		textColumn("counts", "数量", func(r *shownRun) string { return strings.Join(r.Counts, "，") }).rest(),
		dateColumn("finished", "结束", chaping.Minute, func(r *shownRun) time.Time { return r.Run.Finished }).hide(),
		textColumn("error", "错误", func(r *shownRun) string { return r.Run.Error }).hide(),
		textColumn("run", "编号", func(r *shownRun) string { return r.Run.ID }).hide(),
	}}
}

// sheetTable lists the frozen versions of a period.
func sheetTable() table[shownSheet] {
	return table[shownSheet]{name: "sheets", title: "已冻结的报送表", columns: []column[shownSheet]{
		numberColumn("version", "版本", func(s *shownSheet) float64 { return float64(s.Version) }).
			written(func(s *shownSheet) string { return fmt.Sprintf("第 %d 版", s.Version) }),
		textColumn("download", "下载", func(*shownSheet) string { return "" }).rest(),
		textColumn("filed", "报送", func(s *shownSheet) string {
			if s.Push != nil && s.Push.Accepted() {
				return "研究中心已收到"
			}
			return ""
		}).rest(),
		textColumn("name", "范围", func(s *shownSheet) string { return cmp.Or(s.Name, "全部") }),
		dateColumn("frozen", "冻结时间", chaping.Minute, func(s *shownSheet) time.Time { return s.Frozen }),
		textColumn("by", "谁", func(s *shownSheet) string { return s.By }),
		textColumn("reason", "更正原因", func(s *shownSheet) string { return s.Reason }),
		textColumn("hash", "sha256", func(s *shownSheet) string { return s.Hash }).hide(),
	}}
}

// submissionTable lists files that stations handed in.
func submissionTable() table[station.Submission] {
	type s = station.Submission
	forms := []choice{}
	for _, f := range []chaping.Form{chaping.FormPlatform, chaping.FormAssociation, chaping.FormAnnual} {
		forms = append(forms, choice{Value: string(f), Name: f.Chinese()})
	}
	return table[s]{name: "submissions", title: "报送文件", columns: []column[s]{
		linkColumn(
			"file",
			"文件",
			func(x *s) string { return x.File },
			func(x *s) string { return fmt.Sprintf("/submissions/%d", x.ID) },
		),
		textColumn("station", "监测站", func(x *s) string { return x.Station }),
		textColumn("period", "报送期", func(x *s) string { return x.Period }),
		choiceColumn("form", "报表", forms, func(x *s) string { return string(x.Form) }).
			written(func(x *s) string {
				if x.Form == "" {
					return "其他材料"
				}
				return x.Form.Chinese()
			}),
		dateColumn("received", "收到", chaping.Minute, func(x *s) time.Time { return x.Received }),
		numberColumn("entries", "条数", func(x *s) float64 { return float64(x.Entries) }),
		choiceColumn("replaced", "是否有效", yesNo("已被取代", "有效"), func(x *s) string { return yesOrNo(x.Replaced) }),
		textColumn("about", "说明", func(x *s) string { return x.About }),
		numberColumn("version", "版本", func(x *s) float64 { return float64(x.Version) }).hide(),
		textColumn("name", "范围", func(x *s) string { return x.Name }).hide(),
		numberColumn("size", "字节", func(x *s) float64 { return float64(x.Size) }).hide(),
		textColumn("hash", "sha256", func(x *s) string { return x.Hash }).hide(),
	}}
}

// urgeBulk asks stations that have not reported to do so.
func urgeBulk(p chaping.Period) *bulk {
	return &bulk{
		Path:    "/inbox/urge",
		Field:   "ids",
		Hidden:  []choice{{Name: "period", Value: p.String()}},
		Note:    "note",
		Ask:     "附言，可不写",
		Free:    true,
		Buttons: []bulkButton{{Field: "do", Value: "urge", Name: "催报"}},
	}
}

// urgedID names a station that can be urged: one that has not reported.
func urgedID(d *station.Duty) string {
	if d.Filed() || d.Exempt {
		return ""
	}
	return fmt.Sprint(d.Station.ID)
}
