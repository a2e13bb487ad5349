package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// A Case is a risk that is being dealt with (风险信息协同处置), from the lead
// to the end.
type Case struct {
	ID          int64     `json:"id"`
	Kind        CaseKind  `json:"kind"`
	Title       string    `json:"title"`
	Station     int64     `json:"station,omitempty"`        // whose lead it was; 0 for the centre's own
	Others      []int64   `json:"other_stations,omitempty"` // that reported its leads, too
	Urgent      int64     `json:"urgent,omitempty"`         // the urgent report that it began with
	Origin      Origin    `json:"origin,omitzero"`          // the lead of the board that it began with
	Leads       []LeadRef `json:"-"`                        // of a new case: the leads of the board that it is opened of
	By          string    `json:"-"`                        // who opens or changes it
	Changes     string    `json:"-"`                        // of one that is saved again: what changed, for its history
	Lead        string    `json:"lead"`
	Responsible string    `json:"responsible,omitempty"` // producers and operators
	Deadline    time.Time `json:"deadline,omitzero"`     // the last day, 00:00; zero for none
	Times
	Outcome string    `json:"outcome,omitempty"`
	Created time.Time `json:"created,omitzero"`
	Version int64     `json:"version"`
}

// An Origin is a lead of the board: a product and a hazard class in what
// stations handed in for a period.
type Origin struct {
	Period  string         `json:"period"`
	Product string         `json:"product"`
	Hazard  chaping.Hazard `json:"hazard"`
}

// Is tells whether people take it for the same as another.
func (o Origin) Is(other Origin) bool {
	return o.Period == other.Period && o.Hazard == other.Hazard && SameName(o.Product, other.Product)
}

// Times are when a risk was found, judged, warned of and disposed of: 早发现、
// 早研判、早预警、早处置 (R4). Zero: not yet.
type Times struct {
	Found    time.Time `json:"found"`
	Judged   time.Time `json:"judged,omitzero"`
	Warned   time.Time `json:"warned,omitzero"`
	Disposed time.Time `json:"disposed,omitzero"`
}

// Sources are all stations whose lead it was; none for the centre's own.
func (c Case) Sources() []int64 {
	if c.Station == 0 {
		return nil
	}
	return append([]int64{c.Station}, c.Others...)
}

// From makes it a case of these stations' leads.
func (c *Case) From(stations []int64) {
	c.Station, c.Others = 0, nil
	if stations = slices.Compact(slices.Sorted(slices.Values(stations))); len(stations) > 0 {
		c.Station, c.Others = stations[0], stations[1:]
	}
}

// Concerns tells whether it is one of the station's.
func (c Case) Concerns(of int64) bool { return slices.Contains(c.Sources(), of) }

// seen tells whether the scope sees it.
func (c *Case) seen(scope Scope) bool {
	return scope.Sees(c.Station) || slices.ContainsFunc(c.Others, scope.Sees)
}

// A CaseKind is what a case is about.
type CaseKind string

// The kinds of cases: products that endanger (R24), and what concerns a whole
// industry or region (R23).
const (
	ProductCase  CaseKind = "product"
	IndustryCase CaseKind = "industry"
)

// CaseKinds are all kinds.
func CaseKinds() []CaseKind { return []CaseKind{ProductCase, IndustryCase} }

// Chinese is the kind as the notice has it.
func (k CaseKind) Chinese() string {
	if k == IndustryCase {
		return "行业性、区域性风险"
	}
	return "产品风险"
}

// Measures are what may be done in a case of the kind, in the notice's order;
// its 等 leaves the lists open.
func (k CaseKind) Measures() []string {
	if k == IndustryCase {
		return []string{"完善行业管理制度", "开展行业综合治理", "加强行业规范和自律", "回应社会舆情", "科学普及质量安全知识", "其他"}
	}
	return []string{"停止销售", "警示", "召回", "无害化处理", "销毁", "停止生产", "其他"}
}

// Closed tells whether the case is done with.
func (c Case) Closed() bool { return !c.Disposed.IsZero() }

// Overdue tells whether the deadline has passed with the case open.
func (c Case) Overdue(now time.Time) bool {
	return !c.Closed() && !c.Deadline.IsZero() && !now.Before(c.Deadline.AddDate(0, 0, 1))
}

// A Note is what happened in a case.
type Note struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Measure string    `json:"measure,omitempty"` // one of the kind's; "" for a remark
	Done    bool      `json:"done"`              // carried out; otherwise urged (督促)
	Content string    `json:"content,omitempty"`
}

const caseColumns = "id, kind, title, coalesce(station, 0), coalesce(urgent, 0), lead, responsible, deadline, found, judged, warned, disposed, outcome, created, version, period, product, hazard, " +
	"coalesce((SELECT group_concat(station) FROM case_station WHERE case_station.casefile = casefile.id), '')"

func scanCase(scan func(...any) error) (c Case, err error) {
	var deadline, found, judged, warned, disposed, created int64
	var others string
	err = scan(
		&c.ID,
		&c.Kind,
		&c.Title,
		&c.Station,
		&c.Urgent,
		&c.Lead,
		&c.Responsible,
		&deadline,
		&found,
		&judged,
		&warned,
		&disposed,
		&c.Outcome,
		&created,
		&c.Version,
		&c.Origin.Period,
		&c.Origin.Product,
		&c.Origin.Hazard,
		&others,
	)
	for _, id := range strings.FieldsFunc(others, func(r rune) bool { return r == ',' }) {
		n, _ := strconv.ParseInt(id, 10, 64) // a key of the database
		c.Others = append(c.Others, n)
	}
	slices.Sort(c.Others)
	c.Deadline, c.Created = shown(deadline), shown(created)
	c.Times = Times{Found: shown(found), Judged: shown(judged), Warned: shown(warned), Disposed: shown(disposed)}
	return c, err
}

// Cases are the cases that the scope sees: the open ones first, by deadline,
// then the closed ones, the latest first.
func (d *DB) Cases(ctx context.Context, scope Scope) ([]Case, error) {
	var list []Case
	err := d.query(ctx, "SELECT "+caseColumns+` FROM casefile
		ORDER BY disposed > 0, CASE WHEN disposed > 0 THEN -disposed WHEN deadline > 0 THEN deadline ELSE 1 << 52 END, id`, nil, func(scan func(...any) error) error {
		c, err := scanCase(scan)
		if c.seen(scope) {
			list = append(list, c)
		}
		return err
	})
	return list, err
}

// Case is one case with its history, the oldest first.
func (d *DB) Case(ctx context.Context, scope Scope, id int64) (Case, []Note, error) {
	c, err := scanCase(d.db.QueryRowContext(ctx, "SELECT "+caseColumns+" FROM casefile WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) || err == nil && !c.seen(scope) {
		return Case{}, nil, missing("处置案件", id)
	}
	if err != nil {
		return c, nil, err
	}
	var notes []Note
	err = d.query(
		ctx,
		"SELECT id, at, who, measure, done, content FROM casenote WHERE casefile = ? ORDER BY id",
		[]any{id},
		func(scan func(...any) error) error {
			var n Note
			var at int64
			err := scan(&n.ID, &at, &n.Who, &n.Measure, &n.Done, &n.Content)
			n.At = shown(at)
			notes = append(notes, n)
			return err
		},
	)
	return c, notes, err
}

// Bounds of texts, in characters.
const (
	maxTitle = 100
	maxText  = 5000
)

func bounded(field, text string, most int) error {
	if utf8.RuneCountInString(text) > most {
		return invalid(field, fmt.Sprintf("太长，最多 %d 个字", most), "缩短，细节写在材料里")
	}
	return nil
}

// check looks whether a case can be stored.
func (c *Case) check(now time.Time) error {
	c.Title, c.Lead, c.Responsible, c.Outcome = strings.TrimSpace(
		c.Title,
	), strings.TrimSpace(
		c.Lead,
	), strings.TrimSpace(
		c.Responsible,
	), strings.TrimSpace(
		c.Outcome,
	)
	switch {
	case !slices.Contains(CaseKinds(), c.Kind):
		return invalid("类型", "没有选择", "选择产品风险，或行业性、区域性风险")
	case c.Title == "":
		return invalid("名称", "没有写", "写明产品和问题，例如“某型电热水壶漏电”")
	case c.Found.IsZero():
		return invalid("发现时间", "没有写", "写最早知道这条风险的时间")
	case c.Closed() && c.Outcome == "":
		return invalid("处置结果", "没有写", "写明采取了什么措施、结果怎样，再结案")
	}
	if err := errors.Join(bounded("名称", c.Title, maxTitle), bounded("产品", c.Origin.Product, maxText), bounded("线索", c.Lead, maxText), bounded("责任方", c.Responsible, maxText), bounded("处置结果", c.Outcome, maxText)); err != nil {
		return err
	}
	steps := []struct {
		name string
		at   time.Time
	}{{"发现时间", c.Found}, {"研判时间", c.Judged}, {"预警时间", c.Warned}, {"处置完成时间", c.Disposed}}
	last := steps[0]
	for _, s := range steps {
		switch {
		case s.at.IsZero():
			continue
		case s.at.After(now):
			return invalid(s.name, "在将来", "写已经发生的时间")
		case s.at.Before(last.at):
			return invalid(s.name, "早于"+last.name, "核对两个时间的先后")
		}
		last = s
	}
	if !c.Deadline.IsZero() && !c.Found.IsZero() && chaping.Late(c.Found, c.Deadline) {
		return invalid("期限", "早于发现时间", "写发现之后的日期")
	}
	return nil
}

// PutCase stores a case: a new one if its ID is 0, otherwise the change of the
// version that was read, or a *Conflict. An urgent report begins one case
// only.
func (d *DB) PutCase(ctx context.Context, c Case) (Case, error) {
	if err := c.check(d.now()); err != nil {
		return c, err
	}
	err := d.transact(ctx, func(tx *sql.Tx) error {
		for _, id := range append(slices.Clip(c.Others), c.Station) {
			if err := known(ctx, tx, id); err != nil {
				return err
			}
		}
		if c.ID == 0 {
			if c.Urgent != 0 {
				var other int64
				err := tx.QueryRowContext(ctx, "SELECT id FROM casefile WHERE urgent = ?", c.Urgent).Scan(&other)
				if err == nil {
					return invalid("重要风险信息", "已经立案", "在“协同处置”页打开那个案件")
				}
				if !errors.Is(err, sql.ErrNoRows) {
					return err
				}
			}
			if c.Origin.Period != "" {
				var others int64
				if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM casefile WHERE period = ? AND product = ? AND hazard = ?", c.Origin.Period, c.Origin.Product, c.Origin.Hazard).Scan(&others); err != nil {
					return err
				}
				if others > 0 {
					return invalid("这条线索", "已经立案", "在“协同处置”页打开那个案件")
				}
			}
			c.Created, c.Version = shown(d.now().UnixMilli()), 1
			err := tx.QueryRowContext(
				ctx,
				`INSERT INTO casefile (kind, title, station, urgent, lead, responsible, deadline, found, judged, warned, disposed, outcome, created, period, product, hazard)
				VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id`,
				c.Kind,
				c.Title,
				orNull(c.Station),
				orNull(c.Urgent),
				c.Lead,
				c.Responsible,
				millis(c.Deadline),
				millis(
					c.Found,
				),
				millis(c.Judged),
				millis(c.Warned),
				millis(c.Disposed),
				c.Outcome,
				c.Created.UnixMilli(),
				c.Origin.Period,
				c.Origin.Product,
				c.Origin.Hazard,
			).Scan(
				&c.ID,
			)
			if err != nil {
				return err
			}
			if err := storeOthers(ctx, tx, &c); err != nil {
				return err
			}
			return d.openLeads(ctx, tx, &c)
		}
		result, err := tx.ExecContext(
			ctx,
			`UPDATE casefile SET kind = ?, title = ?, station = ?, lead = ?, responsible = ?, deadline = ?, found = ?, judged = ?, warned = ?, disposed = ?, outcome = ?, version = version + 1
			WHERE id = ? AND version = ?`,
			c.Kind,
			c.Title,
			orNull(c.Station),
			c.Lead,
			c.Responsible,
			millis(c.Deadline),
			millis(c.Found),
			millis(c.Judged),
			millis(c.Warned),
			millis(c.Disposed),
			c.Outcome,
			c.ID,
			c.Version,
		)
		err = changed(result, err, "处置案件", c.ID, func() (any, error) {
			return scanCase(tx.QueryRowContext(ctx, "SELECT "+caseColumns+" FROM casefile WHERE id = ?", c.ID).Scan)
		})
		if err == nil {
			err = storeOthers(ctx, tx, &c)
		}
		if err != nil || c.Changes == "" {
			return err
		}
		return d.note(ctx, tx, c.ID, Note{Who: c.By, Content: "修改：" + c.Changes})
	})
	return c, err
}

// storeOthers stores which stations' lead it was beside the first.
func storeOthers(ctx context.Context, tx *sql.Tx, c *Case) error {
	if _, err := tx.ExecContext(ctx, "DELETE FROM case_station WHERE casefile = ?", c.ID); err != nil {
		return err
	}
	for _, id := range c.Others {
		if _, err := tx.ExecContext(ctx, "INSERT INTO case_station (casefile, station) VALUES (?, ?)", c.ID, id); err != nil {
			return err
		}
	}
	return nil
}

// AddNote adds to the history of a case that the scope sees and that is open.
func (d *DB) AddNote(ctx context.Context, scope Scope, id int64, n Note) error {
	c, _, err := d.Case(ctx, scope, id)
	if err != nil {
		return err
	}
	n.Content = strings.TrimSpace(n.Content)
	switch {
	case c.Closed():
		return invalid("案件", "已经结案", "先清空处置完成时间，重新打开案件")
	case n.Measure == "" && n.Content == "":
		return invalid("内容", "没有写", "选择措施，或写明情况")
	case n.Measure != "" && !slices.Contains(c.Kind.Measures(), n.Measure):
		return invalid("措施", "不在列表里", "从列表中选择；别的措施选“其他”并写明")
	case n.Measure == "其他" && n.Content == "":
		return invalid("内容", "没有写", "写明是什么措施")
	}
	if err := bounded("内容", n.Content, maxText); err != nil {
		return err
	}
	n.Done = n.Done && n.Measure != ""
	return d.transact(ctx, func(tx *sql.Tx) error { return d.note(ctx, tx, id, n) })
}

func (d *DB) note(ctx context.Context, tx *sql.Tx, id int64, n Note) error {
	_, err := tx.ExecContext(
		ctx,
		"INSERT INTO casenote (casefile, at, who, measure, done, content) VALUES (?, ?, ?, ?, ?, ?)",
		id,
		d.now().UnixMilli(),
		n.Who,
		n.Measure,
		n.Done,
		n.Content,
	)
	return err
}

// A Bulletin is what the centre issued.
type Bulletin struct {
	ID      int64        `json:"id"`
	At      time.Time    `json:"at"`
	Who     string       `json:"who"`
	Kind    BulletinKind `json:"kind"`
	Station int64        `json:"station,omitempty"` // to whom; 0 for all
	Title   string       `json:"title"`
	Content string       `json:"content"`
}

// A BulletinKind is what is issued.
type BulletinKind string

// The kinds of what the centre issues (R19–R21, R30).
const (
	General      BulletinKind = "bulletin"
	Feedback     BulletinKind = "feedback"
	Consultation BulletinKind = "consultation"
)

// BulletinKinds are all kinds.
func BulletinKinds() []BulletinKind { return []BulletinKind{General, Feedback, Consultation} }

// Chinese is what the kind is called.
func (k BulletinKind) Chinese() string {
	switch k {
	case Feedback:
		return "反馈"
	case Consultation:
		return "会商"
	}
	return "通报"
}

// Bulletins are what the scope may read, the latest first: what went to all,
// and to its station.
func (d *DB) Bulletins(ctx context.Context, scope Scope) ([]Bulletin, error) {
	var list []Bulletin
	err := d.query(
		ctx,
		"SELECT id, at, who, kind, coalesce(station, 0), title, content FROM bulletin ORDER BY id DESC",
		nil,
		func(scan func(...any) error) error {
			var b Bulletin
			var at int64
			err := scan(&b.ID, &at, &b.Who, &b.Kind, &b.Station, &b.Title, &b.Content)
			b.At = shown(at)
			if b.Station == 0 || scope.Sees(b.Station) {
				list = append(list, b)
			}
			return err
		},
	)
	return list, err
}

// Issue issues a bulletin, and queues messages that tell of it. It cannot be
// changed; a correction is another one.
func (d *DB) Issue(ctx context.Context, b Bulletin, tell ...Message) (Bulletin, error) {
	b.Title, b.Content = strings.TrimSpace(b.Title), strings.TrimSpace(b.Content)
	switch {
	case !slices.Contains(BulletinKinds(), b.Kind):
		return b, invalid("类型", "没有选择", "选择通报、反馈或会商")
	case b.Title == "" || b.Content == "":
		return b, invalid("标题或内容", "没有写", "写完整再发布")
	case b.Kind == Feedback && b.Station == 0:
		return b, invalid("收件监测站", "没有选择", "反馈发给一个监测站；发给所有监测站的用通报")
	}
	if err := errors.Join(bounded("标题", b.Title, maxTitle), bounded("内容", b.Content, maxText)); err != nil {
		return b, err
	}
	b.At = shown(d.now().UnixMilli())
	err := d.transact(ctx, func(tx *sql.Tx) error {
		if err := known(ctx, tx, b.Station); err != nil {
			return err
		}
		err := tx.QueryRowContext(
			ctx,
			"INSERT INTO bulletin (at, who, kind, station, title, content) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
			b.At.UnixMilli(),
			b.Who,
			b.Kind,
			orNull(b.Station),
			b.Title,
			b.Content,
		).Scan(
			&b.ID,
		)
		if err != nil {
			return err
		}
		if err := d.issued(ctx, tx, &b); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, tell)
	})
	return b, err
}

// issued tells the stations that a bulletin is for.
func (d *DB) issued(ctx context.Context, tx *sql.Tx, b *Bulletin) error {
	all, err := accounts(ctx, tx)
	if err != nil {
		return err
	}
	_, own := Concerned(all, b.Station)
	return d.tell(ctx, tx, own, Notice{
		Kind: Issued,
		Key:  fmt.Sprintf("bulletin-%d", b.ID),
		Text: "收到" + b.Kind.Chinese() + "“" + b.Title + "”",
		Path: fmt.Sprintf("/bulletins/%d", b.ID),
	})
}
