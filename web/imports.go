package web

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/store"
)

// # Imports
//
// People import in steps, each a page: the file, what its columns are, the first
// reviews as they will be stored, what came of it. Programs send the file and
// get the job, or go the steps as people do.

func (q *request) importPage() error {
	if err := q.App.SweepUploads(); err != nil {
		return err
	}
	waiting, err := q.App.Uploads()
	if err != nil {
		return err
	}
	return q.render("import", importPage{Profiles: q.App.ImportProfiles(), Max: maxUpload >> 20, Waiting: waiting})
}

type importPage struct {
	Profiles []string      `json:"profiles"`
	Max      int           `json:"max_megabytes"`
	Waiting  []*app.Upload `json:"waiting"` // files that were not imported to the end
}

// maxUpload bounds an upload.
const maxUpload = 1 << 30

// An upload is what somebody has sent.
type received struct {
	upload  *app.Upload
	steps   bool
	profile string
	keyword string
}

// receive keeps the parts of an upload.
func (q *request) receive() (r received, err error) {
	_ = http.NewResponseController(q.w).SetReadDeadline(time.Time{}) // large files take their time
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, maxUpload)
	parts, err := q.r.MultipartReader()
	if err != nil {
		return r, bad("没有收到文件", "选择文件后再提交")
	}
	if r.upload, err = q.App.NewUpload("", q.account.Person); err != nil {
		return r, err
	}
	for {
		part, err := parts.NextPart()
		if err == io.EOF {
			break
		}
		if err != nil {
			return r, tooLarge(err)
		}
		switch part.FormName() {
		case "steps":
			var text string
			text, err = partText(part)
			r.steps = text != ""
		case "profile":
			r.profile, err = partText(part)
		case "keyword":
			r.keyword, err = partText(part)
		case "file", "products":
			err = r.keep(part)
		}
		if err != nil {
			return r, err
		}
	}
	switch {
	case r.upload.File == "" && r.upload.Table == "":
		return r, bad("没有选择文件", "选择 xlsx、csv 或 ndjson 文件（可为 .gz）")
	case r.upload.TableOnly():
		r.upload.Name = r.upload.TableName
	}
	if err := q.knownProfile(r.profile); err != nil {
		return r, err
	}
	r.upload.Choice.Profile, r.upload.Choice.Facts.Keyword = r.profile, r.keyword
	return r, nil
}

// knownProfile refuses a template that there is not; none need be named.
func (q *request) knownProfile(name string) error {
	if name != "" && !slices.Contains(q.App.ImportProfiles(), name) {
		return bad("没有导入模板“"+chaping.Shorten(name, 30)+"”", "从列表中选择")
	}
	return nil
}

// keep keeps a file of an upload.
func (r *received) keep(part *multipart.Part) error {
	path, err := keepPart(r.upload.Dir(), part)
	if err != nil || path == "" {
		return err
	}
	name := chaping.Shorten(filepath.Base(part.FileName()), 80)
	if part.FormName() == "file" {
		r.upload.File, r.upload.Name = filepath.Base(path), name
	} else {
		r.upload.Table, r.upload.TableName = filepath.Base(path), name
	}
	return nil
}

func tooLarge(err error) error {
	return &fault{http.StatusRequestEntityTooLarge, fmt.Sprintf("上传没有完成，或超过 %d MB", maxUpload>>20),
		"压缩成 .gz 或分成几个文件再上传", err}
}

func (q *request) importFile() error {
	r, err := q.receive()
	if err == nil && r.steps {
		_, err = q.App.Look(q.ctx, r.upload) // a file that nobody can read does not wait
	}
	if err == nil {
		err = q.App.KeepUpload(r.upload)
	}
	if err != nil {
		if r.upload != nil {
			_ = q.App.DropUpload(r.upload) // or the sweep does
		}
		return err
	}
	q.act.Object, q.act.Detail = r.upload.Name, "模板 "+cmp.Or(r.profile, "自动识别")
	if r.steps {
		return q.redirect("/import/"+r.upload.ID, "")
	}
	j, err := q.importJob(r.upload)
	if err != nil {
		_ = q.App.DropUpload(r.upload)
	}
	return q.follow(j, err)
}

// importJob imports an upload in the background, and mines the periods that its
// reviews are of; a table of products may change what the current one counts.
func (q *request) importJob(u *app.Upload) (*job, error) {
	p, err := q.current()
	if err != nil {
		return nil, err
	}
	return q.jobs.start(kindImport, u.Name, q.account.Person, "/import/"+u.ID,
		func(ctx context.Context, j *job) (string, error) {
			defer q.desk.drop()
			r, products, err := q.App.ImportUpload(ctx, u, j.tell)
			j.setResult(jobResult{Import: &r})
			if err != nil {
				return "", err
			}
			j.Next = "/runs/" + r.Run
			summary, err := importText(r, products)
			periods := r.Periods()
			if len(periods) == 0 {
				periods = []chaping.Period{p}
			}
			return q.Server.mineAfter(ctx, periods, p, j, summary, err)
		})
}

func partText(p *multipart.Part) (string, error) {
	b, err := io.ReadAll(io.LimitReader(p, 1<<10))
	return strings.TrimSpace(string(b)), err
}

// uploadKinds are the endings of files that can be imported. Nothing else of
// an uploaded name goes into a path.
var uploadKinds = []string{".xlsx", ".xls", ".csv", ".tsv", ".txt", ".htm", ".html", ".xml", ".ndjson", ".jsonl", ".json",
	".js", ".zip"}

// keepPart writes an uploaded file; "" when none was chosen.
func keepPart(dir string, p *multipart.Part) (string, error) {
	name := p.FileName()
	if name == "" {
		return "", nil
	}
	base := strings.ToLower(filepath.Base(name))
	gz := strings.HasSuffix(base, ".gz")
	kind := filepath.Ext(strings.TrimSuffix(base, ".gz"))
	if !slices.Contains(uploadKinds, kind) {
		return "", bad("不能导入“"+chaping.Shorten(filepath.Base(name), 40)+"”这种文件", "用 xlsx、csv 或 ndjson 文件（可为 .gz）")
	}
	if gz {
		kind += ".gz"
	}
	f, err := os.CreateTemp(dir, "*"+kind)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(f, p)
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return "", tooLarge(err)
	}
	return f.Name(), nil
}

// upload is the one that the address names.
func (q *request) upload() (*app.Upload, error) { return q.App.Upload(q.r.PathValue("id")) }

type lookPage struct {
	Upload   *app.Upload `json:"upload"`
	Look     app.Look    `json:"look"`
	Asks     []ask       `json:"-"`
	Product  bool        `json:"-"` // a question asks for the product's name
	Rows     []lookRow   `json:"-"` // columns that are listed
	Left     int         `json:"-"` // columns that are not
	Table    []lookRow   `json:"-"` // of the product table
	Fields   []app.Field `json:"fields"`
	Facts    []app.Field `json:"table_fields"` // that the product table's columns may have
	Profiles []string    `json:"profiles"`
	// Platforms are those that the products of a table without reviews may be of.
	Platforms []app.ProfileInfo `json:"-"`
}

// maxListed is how many columns are listed that nothing is known of.
const maxListed = 60

// A lookRow is a column as a page lists it.
type lookRow struct {
	At int
	app.Column
	By string // how it was recognised
}

func (q *request) importLook() error {
	u, err := q.upload()
	if err != nil {
		return err
	}
	look, err := q.App.Look(q.ctx, u)
	if err != nil {
		return err
	}
	page := lookPage{Upload: u, Look: look, Fields: app.Fields(), Facts: app.ProductFields(),
		Profiles: q.App.ImportProfiles()}
	page.Rows, page.Left = listed(&look.Understanding)
	if u.TableOnly() {
		page.Fields, page.Platforms = page.Facts, q.platforms()
	}
	if look.Table != nil {
		page.Table, _ = listed(look.Table)
	}
	if !q.api {
		page.Asks = asksOf(&look, u, q.Now())
		page.Product = slices.ContainsFunc(page.Asks, func(a ask) bool { return a.Product })
	}
	if u.TableOnly() {
		return q.render("tablelook", page)
	}
	return q.render("look", page)
}

// platforms are the templates that say of which platform a table's products are,
// one for each platform.
func (q *request) platforms() (list []app.ProfileInfo) {
	for _, p := range q.App.ImportProfileInfos() {
		if p.Shipped && !slices.ContainsFunc(list, func(o app.ProfileInfo) bool { return o.Platform == p.Platform }) {
			list = append(list, p)
		}
	}
	return list
}

// listed are the columns that a page lists, and how many it does not.
func listed(u *app.Understanding) (rows []lookRow, left int) {
	asked := map[string]bool{}
	for _, question := range u.Questions {
		asked[question.Column] = true
	}
	plain := 0
	for i, c := range u.Columns {
		if c.Field == "" && !asked[c.Name] {
			if plain++; plain > maxListed {
				left++
				continue
			}
		}
		rows = append(rows, lookRow{At: i, Column: c, By: recognised(&c)})
	}
	return rows, left
}

// recognised words how a column was recognised.
func recognised(c *app.Column) string {
	if c.Field == "" {
		return cmp.Or(c.Fault, map[bool]string{true: "像" + c.Looks}[c.Looks != ""], "—")
	}
	return map[app.Confidence]string{app.ByPerson: "您的选择", app.ByName: "列名",
		app.Likely: "列名相近", app.ByValues: "看内容"}[c.Confidence]
}

// An ask is a question as a page asks it: one of several answers, or words only.
type ask struct {
	Name    string // of the form's field; empty where there is nothing to answer
	Text    string
	Blocks  bool
	Product bool // a name of a product is the answer
	Options []askOption
	Select  bool // many answers
	Assumed string
}

type askOption struct {
	Value, Label string
	Chosen       bool
}

// asksOf words the questions about a file. Those about the columns of a field are
// one question.
func asksOf(look *app.Look, u *app.Upload, now time.Time) (list []ask) {
	at := map[string]int{} // of a field's question
	for _, question := range look.Questions {
		open := slices.ContainsFunc(look.Open, func(o app.Question) bool {
			return o.Kind == question.Kind && o.Column == question.Column
		})
		answer := u.Choice.Answers[question.Kind]
		if !open && answer == "" {
			continue
		}
		a := ask{Text: question.Text, Blocks: question.Blocks && answer == "", Assumed: question.Assumed}
		switch question.Kind {
		case app.AskField, app.AskGuess, app.AskMissing:
			if i, ok := at[question.Field]; ok {
				list[i].Text = "哪一列是" + app.TitleOf(question.Field) + "？"
				continue
			}
			at[question.Field] = len(list)
			a.Name, a.Assumed = "is-"+question.Field, ""
			a.Options, a.Select = columnOptions(look, question)
		case app.AskProduct:
			a.Product = true
		case app.AskIdentity, app.AskGone, app.AskUnused:
		default:
			a.Name = "answer-" + string(question.Kind)
			a.Options, a.Select = answerOptions(question, look, answer, now)
		}
		list = append(list, a)
	}
	for _, kind := range slices.Sorted(maps.Keys(settled)) {
		answer := u.Choice.Answers[kind]
		asked := slices.ContainsFunc(look.Questions, func(q app.Question) bool { return q.Kind == kind })
		if answer == "" || asked {
			continue
		}
		a := ask{Name: "answer-" + string(kind), Text: settled[kind]}
		a.Options, a.Select = answerOptions(app.Question{Kind: kind, Assumed: "照原样"}, look, answer, now)
		list = append(list, a)
	}
	for _, question := range look.Open {
		if question.Kind == app.AskTable {
			where := map[bool]string{true: "各列", false: "商品表的各列"}[u.TableOnly()]
			list = append(list, ask{Text: question.Text, Blocks: true,
				Assumed: question.Assumed + "，在下面“" + where + "”里选。"})
		}
	}
	slices.SortStableFunc(list, func(a, b ask) int {
		return map[bool]int{false: 1}[a.Blocks] - map[bool]int{false: 1}[b.Blocks]
	})
	return list
}

// settled are the questions that are not asked once they are answered, as a page
// has them so that the answer can be changed.
var settled = map[app.QuestionKind]string{
	app.AskScale: "评分的满分是多少？", app.AskReversed: "评分是反的（1 最好）吗？", app.AskOrder: "日期是年在前、日在前还是月在前？",
	app.AskExported: "文件是哪一天导出的？", app.AskFillDown: "没有商品的行和上面同一商品吗？", app.AskShop: "工作表的名称是店铺名称吗？",
	app.AskSheet: "工作表的名称是商品名称吗？", app.AskVoid: "表里标明作废的行不算评论吗？",
}

// columnOptions are the columns that a field may have: those that it is asked
// about, or all where none is known.
func columnOptions(look *app.Look, asked app.Question) (options []askOption, many bool) {
	about := map[string]bool{}
	for _, question := range look.Questions {
		if question.Field == asked.Field && question.Column != "" {
			about[question.Column] = true
		}
	}
	none := true
	for i, c := range look.Columns {
		if c.Field != asked.Field && len(about) > 0 && !about[c.Name] || len(about) == 0 && c.Field != "" ||
			len(options) > 2*maxListed {
			continue
		}
		chosen := c.Field == asked.Field
		none = none && !chosen
		options = append(options, askOption{Value: strconv.Itoa(i), Chosen: chosen,
			Label: c.Name + "（例：" + chaping.Shorten(strings.Join(c.Samples, " | "), 60) + "）"})
	}
	label := "都不是"
	if asked.Kind == app.AskField {
		label += "，" + asked.Assumed
	}
	return append(options, askOption{Value: "-", Label: label, Chosen: none}), len(options) > 6
}

// exportDays is how many days back a file may have been exported.
const exportDays = 60

func answerOptions(question app.Question, look *app.Look, answer string, now time.Time) (options []askOption, many bool) {
	add := func(value, label string) {
		options = append(options, askOption{Value: value, Label: label, Chosen: value == answer})
	}
	switch question.Kind {
	case app.AskScale:
		if question.Blocks && answer == "" {
			add("", "请选择")
		}
		add("skip", question.Assumed)
		add("3r", "代号：1 好评、2 中评、3 差评")
		add("3", "代号：3 好评、2 中评、1 差评")
		add("2r", "代号：0 好评、1 中评、2 差评")
		add("2", "代号：2 好评、1 中评、0 差评")
		for _, best := range []string{"1", "4", "5", "10", "20", "50", "100"} {
			add(best, "满分是 "+best+" 分")
		}
		add("5r", "满分是 5 分，1 最好")
		return options, true
	case app.AskOrder:
		add("day-first", "日在前")
		add("month-first", "月在前")
		add("year-first", "年在前")
		add("skip", "不知道，"+question.Assumed)
	case app.AskExported:
		if look.ExportedAt.IsZero() {
			add("", "请选择")
		}
		add("skip", "不知道，"+question.Assumed)
		for i := range exportDays {
			day := now.In(chaping.Shanghai()).AddDate(0, 0, -i).Format(time.DateOnly)
			add(day, map[int]string{0: "今天 ", 1: "昨天 "}[i]+day)
		}
		return options, true
	default: // yes or no
		add("yes", "是")
		add("no", "不是，"+question.Assumed)
	}
	return options, false
}

func (q *request) importChoose() error {
	u, err := q.upload()
	if err != nil {
		return err
	}
	look, err := q.App.Look(q.ctx, u)
	if err != nil {
		return err
	}
	fields := q.chosen("col-", &look.Understanding)
	var table []string
	if look.Table != nil {
		table = q.chosen("tab-", look.Table)
	}
	c := app.Choice{Profile: q.form("profile"), SaveAs: q.form("keep"), Facts: u.Choice.Facts,
		Answers: maps.Clone(u.Choice.Answers)}
	if c.Answers == nil {
		c.Answers = map[app.QuestionKind]string{}
	}
	if u.TableOnly() {
		c.SaveAs = "" // a template is of a file of reviews
	}
	c.Facts.Keyword, c.Facts.Product = q.form("keyword"), q.form("product")
	c.Facts.Shop, c.Facts.Region = q.form("shop"), q.form("region")
	if err := q.knownProfile(c.Profile); err != nil {
		return err
	}
	for name := range q.r.Form {
		if kind, ok := strings.CutPrefix(name, "answer-"); ok {
			c.Answers[app.QuestionKind(kind)] = q.form(name)
			if q.form(name) == "" {
				delete(c.Answers, app.QuestionKind(kind))
			}
		} else if field, ok := strings.CutPrefix(name, "is-"); ok {
			chooseColumn(fields, field, q.form(name))
			c.Answers[app.AskField], c.Answers[app.AskGuess] = answered, answered
		}
	}
	if err := q.App.Choose(q.ctx, u, c, fields, table); err != nil {
		return err
	}
	if look, err = q.App.Look(q.ctx, u); err != nil {
		return err
	}
	switch {
	case q.form("do") == "look":
		return q.redirect("/import/"+u.ID, "")
	case look.Blocked():
		return q.redirect("/import/"+u.ID, "还有必须回答的问题")
	}
	return q.redirect("/import/"+u.ID+"/preview", "")
}

// chosen are the fields of columns as the form has them; what it does not list is
// as it was.
func (q *request) chosen(prefix string, u *app.Understanding) []string {
	fields := make([]string, len(u.Columns))
	for i, c := range u.Columns {
		fields[i] = c.Field
		if name := prefix + strconv.Itoa(i); q.r.Form.Has(name) {
			fields[i] = q.form(name)
		}
	}
	return fields
}

// answered is the answer to questions about columns: what is chosen stands with
// the columns.
const answered = "chosen"

// chooseColumn makes a column the one of a field; "-" leaves it without.
func chooseColumn(fields []string, field, column string) {
	for i := range fields {
		if fields[i] == field {
			fields[i] = ""
		}
	}
	if i, err := strconv.Atoi(column); err == nil && 0 <= i && i < len(fields) {
		fields[i] = field
	}
}

type importPreview struct {
	Upload *app.Upload `json:"upload"`
	app.Preview
	Look     app.Look     `json:"-"`
	Reasons  []reasonRows `json:"-"`
	FarBelow bool         `json:"-"` // so many rows are merged that something is wrong
}

func (q *request) importPreview() error {
	u, err := q.upload()
	if err != nil {
		return err
	}
	page := importPreview{Upload: u}
	if page.Look, err = q.App.Look(q.ctx, u); err != nil {
		return err
	}
	if page.Look.Blocked() {
		if q.api {
			return unanswered()
		}
		return q.redirect("/import/"+u.ID, "还有必须回答的问题")
	}
	if page.Preview, err = q.App.Preview(q.ctx, u); err != nil {
		return err
	}
	page.Reasons, page.FarBelow = reasonsOf(&page.Summary), page.Summary.FarBelow()
	if u.TableOnly() {
		return q.render("tablepreview", page)
	}
	return q.render("importpreview", page)
}

func unanswered() error { return bad("还有必须回答的问题", "回到“核对各列”回答") }

func (q *request) importStore() error {
	u, err := q.upload()
	if err != nil {
		return err
	}
	look, err := q.App.Look(q.ctx, u)
	if err != nil {
		return err
	}
	if look.Blocked() {
		return unanswered()
	}
	q.act.Object, q.act.Detail = u.Name, "模板 "+cmp.Or(u.Choice.Profile, look.Known, "自动识别")
	j, err := q.importJob(u)
	return q.follow(j, err)
}

func (q *request) importDrop() error {
	u, err := q.upload()
	if err != nil {
		return err
	}
	q.act.Object = u.Name
	if err := q.App.DropUpload(u); err != nil {
		return err
	}
	return q.redirect("/import", "已删除")
}

type profilesPage struct {
	Profiles []app.ProfileInfo `json:"profiles"`
}

func (q *request) importProfiles() error {
	return q.render("profiles", profilesPage{Profiles: q.App.ImportProfileInfos()})
}

func (q *request) importProfileSave() error {
	name, to := q.form("name"), q.form("rename")
	q.act.Object = name
	if q.form("remove") != "" {
		q.act.Detail = "删除"
		if err := q.App.DeleteImportProfile(name); err != nil {
			return err
		}
		return q.redirect("/import/profiles", "已删除“"+name+"”")
	}
	q.act.Detail = "改名为 " + to
	if err := q.App.RenameImportProfile(name, to); err != nil {
		return err
	}
	return q.redirect("/import/profiles", "已改名为“"+to+"”")
}

type runPage struct {
	app.RunDetail
	Stage   string           `json:"-"`
	State   string           `json:"-"`
	Lines   []string         `json:"-"` // of an import
	Counts  []string         `json:"-"` // of another run
	Quality *qualityPage     `json:"-"`
	Sheets  []chaping.Period `json:"-"` // that an import brought reviews of, the latest first
}

// maxSheetLinks is how many periods' sheets the page of an import leads to.
const maxSheetLinks = 6

// qualityPage is what the report of an import has besides its lines.
type qualityPage struct {
	Reasons []reasonRows
	Days    []dayRows
	Opinion *app.Opinion
	*app.ImportResult
}

type reasonRows struct {
	Reason   string
	Rows     int64
	Examples []app.Example
}

type dayRows struct {
	Day  string
	Rows int64
	Part int64 // of the most, in percent
}

func (q *request) runDetail() error {
	d, err := q.App.RunDetail(q.ctx, q.r.PathValue("id"))
	if err != nil {
		return err
	}
	page := runPage{RunDetail: d, Stage: stageName(d.Run.Stage), State: runState(&d.Run),
		Counts: shownCounts(d.Run.Counts)}
	if d.Import != nil && !q.api {
		page.Lines, page.Quality = reportLines(d.Import), qualityOf(d.Import)
		page.Sheets = d.Import.Periods()
		if len(page.Sheets) == 0 {
			p, err := q.current()
			if err != nil {
				return err
			}
			page.Sheets = []chaping.Period{p}
		}
		slices.Reverse(page.Sheets) // the latest first
		page.Sheets = page.Sheets[:min(len(page.Sheets), maxSheetLinks)]
	}
	return q.show(http.StatusOK, "run", page.Stage+"：记录", page)
}

// reportLines are what the job has said, without what stands in tables.
func reportLines(r *app.ImportResult) []string {
	brief := *r
	brief.Reasons, brief.Problems = nil, nil
	text, _ := importText(brief, nil) // that rows were refused the page shows
	return slices.DeleteFunc(strings.Split(text, "\n"), func(s string) bool { return strings.HasPrefix(s, "……") })
}

// reasonsOf are the reasons of a summary, those of most rows first.
func reasonsOf(s *app.Summary) (list []reasonRows) {
	for reason, rows := range s.Reasons {
		list = append(list, reasonRows{Reason: reason, Rows: rows, Examples: s.Examples[reason]})
	}
	slices.SortFunc(list, func(a, b reasonRows) int {
		return cmp.Or(cmp.Compare(b.Rows, a.Rows), cmp.Compare(a.Reason, b.Reason))
	})
	return list
}

func qualityOf(r *app.ImportResult) *qualityPage {
	p := &qualityPage{ImportResult: r}
	if r.Listed != nil {
		p.Reasons = reasonsOf(&r.Summary)
		return p
	}
	if o, ok := r.Opinion(); ok {
		p.Opinion = &o
	}
	p.Reasons = reasonsOf(&r.Summary)
	most := int64(1)
	for day, rows := range r.Days {
		p.Days = append(p.Days, dayRows{Day: day, Rows: rows})
		most = max(most, rows)
	}
	slices.SortFunc(p.Days, func(a, b dayRows) int { return cmp.Compare(a.Day, b.Day) })
	for i := range p.Days {
		p.Days[i].Part = max(1, 100*p.Days[i].Rows/most)
	}
	return p
}

func (q *request) runUndo() error {
	id := q.r.PathValue("id")
	d, err := q.App.RunDetail(q.ctx, id)
	if err != nil {
		return err
	}
	if !d.Undoable {
		_, err := q.App.UndoImport(q.ctx, id) // says why it cannot be
		return cmp.Or(err, bad("这次运行不能撤销", "从“运行”页选一次导入"))
	}
	q.act.Object = d.Import.File + "（" + id + "）"
	j, err := q.jobs.start(kindUndo, d.Import.File, q.account.Person, "/runs/"+id,
		func(ctx context.Context, j *job) (string, error) {
			defer q.desk.drop()
			j.tell(app.Progress{Step: "撤销导入"})
			u, err := q.App.UndoImport(ctx, id)
			if err != nil {
				return "", err
			}
			var l lines
			if d.Import.Listed == nil {
				l.add("收回评论 %d 条，其中 %d 条恢复成原来的样子", u.Reviews, u.Restored)
			}
			l.add("收回商品信息 %d 条。已冻结的报送表不变。", u.Listings)
			for _, p := range u.Periods {
				mined, err := q.mineNow(ctx, p, j.tell)
				if err != nil {
					return l.String(), err
				}
				l.add("%s", mined)
			}
			return l.String(), nil
		})
	return q.follow(j, err)
}

func stageName(stage string) string {
	return map[string]string{"collect": "采集", store.StageImport: "导入", "mine": "挖掘", "remove": "清除评论",
		store.StageUndo: "撤销导入"}[stage]
}

func runState(r *store.Run) string {
	switch {
	case r.Finished.IsZero():
		return "未完成"
	case r.Error != "":
		return "失败：" + r.Error
	}
	return "已完成"
}

func gradeName(grade string) string {
	for _, g := range []chaping.Grade{chaping.Negative, chaping.Neutral, chaping.Positive} {
		if g.String() == grade {
			return g.Chinese()
		}
	}
	return "未评级"
}
