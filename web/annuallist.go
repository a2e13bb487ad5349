package web

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/app"
	"chaping/report"
	"chaping/report/intake"
)

// # Lists of the annual report
//
// A person sees what a list is taken for before it is stored; a program sends
// the file and is told.

// annualList takes a list from elsewhere (R18), or drops those of a kind.
func (q *request) annualList() error {
	q.patient()
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, intake.MaxFile+maxForm)
	a, err := q.openAnnual()
	if err != nil {
		return err
	}
	kind := report.ListKind(q.form("kind"))
	if !slices.Contains(a.Kinds, kind) {
		return q.refuseList(a, "没有选择是哪一种清单", "从列表中选择")
	}
	q.act.Object = listTitle(a, kind)
	if q.form("remove") != "" {
		q.act.Detail = "删除"
		a.Lists = slices.DeleteFunc(a.Lists, func(l report.AnnualList) bool { return l.Kind == kind })
		if err := q.keepLists(a); err != nil {
			return err
		}
		return q.redirect("/annual"+a.Query()+"#lists", "已删除"+kind.Chinese()+"清单")
	}
	file, head, err := q.r.FormFile("file")
	if err != nil {
		return q.refuseList(a, fmt.Sprintf("没有收到文件，或超过 %d MB", intake.MaxFile>>20), "选择文件后再提交")
	}
	defer file.Close()
	f := intake.ListFile{Name: uploadedName(head), Year: a.Year}
	if f.Data, err = io.ReadAll(file); err != nil {
		return &fault{http.StatusRequestEntityTooLarge, "上传没有完成", "重新上传", err}
	}
	q.act.Detail = f.Name
	if q.api {
		return q.takeList(a, kind, f)
	}
	_, err = intake.LookAtList(q.ctx, kind, f)
	if f, ok := told(err); ok { // what nobody can read does not wait
		return q.refuseList(a, f.problem, f.remedy)
	}
	if err != nil {
		return err
	}
	q.act.Detail += "（待核对）"
	u, err := q.App.KeepFile(app.UseList, q.account.Name, f.Name, f.Data,
		map[string]string{"kind": string(kind), "year": strconv.Itoa(a.Year)})
	if err != nil {
		return err
	}
	return q.redirect("/annual/lists/"+u.ID, "")
}

func listTitle(a *annualPage, kind report.ListKind) string {
	return fmt.Sprintf("%s %d 年 %s清单", a.Station.Name, a.Year, kind.Chinese())
}

func (q *request) refuseList(a *annualPage, problem, remedy string) error {
	a.Problem = &fault{problem: problem, remedy: remedy}
	return q.showAnnual(http.StatusUnprocessableEntity, a)
}

// readList adds a file to the lists that the page has, which are not kept yet.
func (q *request) readList(a *annualPage, kind report.ListKind, f intake.ListFile) (*report.AnnualList, error) {
	i := slices.IndexFunc(a.Lists, func(l report.AnnualList) bool { return l.Kind == kind })
	if i < 0 {
		i, a.Lists = len(a.Lists), append(a.Lists, report.AnnualList{Kind: kind, Records: []report.Listed{}})
	}
	l := &a.Lists[i]
	err := intake.ReadList(q.ctx, l, f, func(e *chaping.InputError) { a.Refused = append(a.Refused, e) })
	return l, err
}

// takeList stores a list.
func (q *request) takeList(a *annualPage, kind report.ListKind, f intake.ListFile) error {
	before := 0
	for i := range a.Lists {
		if a.Lists[i].Kind == kind {
			before = len(a.Lists[i].Records)
		}
	}
	l, err := q.readList(a, kind, f)
	if f, ok := told(err); ok {
		a.Lists = slices.DeleteFunc(a.Lists, func(l report.AnnualList) bool { return len(l.Files) == 0 && len(l.Records) == 0 })
		return q.refuseList(a, f.problem, f.remedy)
	}
	if err != nil {
		return err
	}
	message := fmt.Sprintf("%s清单读入 %d 条", kind.Chinese(), len(l.Records)-before)
	if err := q.keepLists(a); err != nil {
		return err
	}
	if len(a.Refused) > 0 {
		a.Problem = &fault{
			problem: fmt.Sprintf("%s，有 %d 行没有读入", message, len(a.Refused)),
			remedy:  "按下面的说明改正后再交一次，已读入的不会重复",
		}
		return q.showAnnual(http.StatusOK, a)
	}
	return q.redirect("/annual"+a.Query()+"#lists", message)
}

// keepLists stores the lists that the page has, in the template's order.
func (q *request) keepLists(a *annualPage) (err error) {
	slices.SortFunc(
		a.Lists,
		func(x, y report.AnnualList) int { return slices.Index(a.Kinds, x.Kind) - slices.Index(a.Kinds, y.Kind) },
	)
	if a.lists.Content, err = json.Marshal(a.Lists); err != nil {
		return err
	}
	a.lists.Who = q.account.Person
	_, err = q.Station.PutDraft(q.ctx, q.account.Scope(), a.lists)
	return err
}

// A listPage shows what a list is taken for.
type listPage struct {
	Upload   *app.Upload
	Year     int
	Kind     report.ListKind
	Look     intake.ListLook
	Rows     []listColumn // columns that are listed
	Left     int          // that are not
	Fields   []string
	List     report.AnnualList // what would be added; its Records are the first
	Count    int               // of records that would be
	Products []string          // that the report is about; none: all
	Reasons  []reasonRows      // why lines are refused
}

// A listColumn is a column of a list as the page has it.
type listColumn struct {
	At int
	intake.ListColumn
}

const (
	shownRows   = 20       // that a page shows as they will be stored
	columnValue = "column" // begins the name of an upload's value that says which column a field is
)

// waitingList is the list that the address names, with its station's report.
func (q *request) waitingList() (u *app.Upload, a *annualPage, kind report.ListKind, f intake.ListFile, err error) {
	u, data, err := q.App.OwnFile(app.UseList, q.account.Name, q.r.PathValue("id"))
	if err != nil {
		return nil, nil, "", f, err
	}
	year, err := strconv.Atoi(u.Values["year"])
	if err == nil {
		a, err = q.openYear(year)
	}
	f = intake.ListFile{Name: u.Name, Data: data, Year: year, Columns: map[string]string{}}
	for name, column := range u.Values {
		if field, ok := strings.CutPrefix(name, columnValue); ok {
			f.Columns[field] = column
		}
	}
	return u, a, report.ListKind(u.Values["kind"]), f, err
}

func (q *request) annualListLook() error {
	u, a, kind, f, err := q.waitingList()
	if err != nil {
		return err
	}
	page := listPage{Upload: u, Year: a.Year, Kind: kind, Fields: intake.ListFields(), Products: a.Written.Products}
	if page.Look, err = intake.LookAtList(q.ctx, kind, f); err != nil {
		return err
	}
	for i, c := range page.Look.Columns {
		if c.Field == "" && i >= maxListed {
			page.Left++
			continue
		}
		page.Rows = append(page.Rows, listColumn{i, c})
	}
	if page.Look.Wanted == "" {
		if err := q.previewList(a, &page, f); err != nil {
			return err
		}
	}
	return q.render("annuallist", page)
}

// previewList reads the list, and keeps nothing.
func (q *request) previewList(a *annualPage, page *listPage, f intake.ListFile) error {
	var before report.AnnualList
	for i := range a.Lists {
		if a.Lists[i].Kind == page.Kind {
			before = a.Lists[i]
		}
	}
	l, err := q.readList(a, page.Kind, f)
	if err != nil {
		return err
	}
	added := report.AnnualList{Kind: page.Kind, Records: slices.Clone(l.Records[len(before.Records):]),
		Outside: l.Outside - before.Outside, Repeats: l.Repeats - before.Repeats, Refused: l.Refused - before.Refused}
	page.Count, page.Reasons = len(added.Records), reasonsIn(a.Refused)
	about := added
	about.Records = slices.Clone(added.Records)
	about.Only(page.Products)
	added.Others = page.Count - len(about.Records)
	added.Records = added.Records[:min(page.Count, shownRows)]
	page.List = added
	return nil
}

// reasonsIn are the reasons of faults, those of most rows first.
func reasonsIn(list []*chaping.InputError) []reasonRows {
	sum := app.Summary{Reasons: map[string]int64{}, Examples: map[string][]app.Example{}}
	for _, e := range list {
		reason := strings.TrimPrefix(e.Field+"："+e.Problem, "：")
		sum.Reasons[reason]++
		if len(sum.Examples[reason]) < 3 {
			sum.Examples[reason] = append(sum.Examples[reason],
				app.Example{Line: e.Line, Value: chaping.Shorten(e.Value, 60), Remedy: e.Remedy})
		}
	}
	return reasonsOf(&sum)
}

// annualListTake stores a list that a person has looked at, takes it as its
// columns are chosen, or puts it away.
func (q *request) annualListTake() error {
	u, a, kind, f, err := q.waitingList()
	if err != nil {
		return err
	}
	q.act.Object, q.act.Detail = listTitle(a, kind), f.Name
	if q.form("do") == "drop" {
		q.act.Detail += "（没有存入）"
		if err := q.App.DropUpload(u); err != nil {
			return err
		}
		return q.redirect("/annual"+a.Query()+"#lists", "没有存入")
	}
	changed, err := q.chooseColumns(u, kind, &f)
	if err != nil {
		return err
	}
	if changed || q.form("do") == "look" { // a person sees what the choice makes of it
		q.act.Detail += "（待核对）"
		return q.redirect("/annual/lists/"+u.ID, "")
	}
	if err := q.takeList(a, kind, f); err != nil || q.refused {
		return err
	}
	_ = q.App.DropUpload(u) // or the sweep does
	return nil
}

// chooseColumns keeps which columns the form says, and tells whether that is
// news.
func (q *request) chooseColumns(u *app.Upload, kind report.ListKind, f *intake.ListFile) (changed bool, err error) {
	look, err := intake.LookAtList(q.ctx, kind, *f)
	if err != nil {
		return false, err
	}
	known := map[string]bool{}
	for _, field := range intake.ListFields() {
		known[field] = true
	}
	wanted := map[string]string{}
	for i, c := range look.Columns {
		field := c.Field
		if name := "col-" + strconv.Itoa(i); q.r.Form.Has(name) {
			field = q.form(name)
		}
		changed = changed || field != c.Field
		switch {
		case field == "":
		case !known[field]:
			return false, bad("没有字段“"+chaping.Shorten(field, 30)+"”", "从列表中选择")
		case wanted[field] != "":
			return false, bad("“"+field+"”选了两列："+wanted[field]+"、"+c.Name, "只选一列，另一列改为不用")
		default:
			wanted[field] = c.Name
		}
	}
	if !changed {
		return false, nil
	}
	plain := *f
	plain.Columns = nil
	found, err := intake.LookAtList(q.ctx, kind, plain)
	if err != nil {
		return false, err
	}
	by := map[string]string{}
	for _, c := range found.Columns {
		if c.Field != "" {
			by[c.Field] = c.Name
		}
	}
	maps.DeleteFunc(u.Values, func(name, _ string) bool { return strings.HasPrefix(name, columnValue) })
	for field := range known {
		if by[field] != wanted[field] {
			u.Values[columnValue+field] = wanted[field]
		}
	}
	return true, q.App.KeepUpload(u)
}
