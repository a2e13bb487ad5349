package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"chaping"
)

// A LeadKey is what makes a lead of the board: a product and a hazard class in
// what stations handed in for a period. Those without a hazard class are set
// apart by a mark, made of what they say.
type LeadKey struct {
	Period  string         `json:"period"`
	Product string         `json:"product"`
	Hazard  chaping.Hazard `json:"hazard,omitempty"`
	Mark    string         `json:"mark,omitempty"`
}

// Same is equal for the keys of one lead: people take names for the same whose
// width, case or spaces differ.
func (k LeadKey) Same() string {
	return strings.Join([]string{k.Period, string(k.Hazard), k.Mark, alike(k.Product)}, "\x1f")
}

// Title is what a lead is called in a sentence.
func (k LeadKey) Title() string {
	if k.Hazard == "" {
		return k.Product + "（未归类）"
	}
	return k.Product + "（" + k.Hazard.Chinese() + "）"
}

// A LeadState is how far the centre is with a lead.
type LeadState string

// The states. A lead is a case once one is opened of it, and not before.
const (
	LeadNew       LeadState = "new"
	LeadJudging   LeadState = "judging"
	LeadCase      LeadState = "case"
	LeadDismissed LeadState = "dismissed"
)

// LeadStates are all states, in the order of the work.
func LeadStates() []LeadState { return []LeadState{LeadNew, LeadJudging, LeadCase, LeadDismissed} }

// Chinese is what the state is called.
func (s LeadState) Chinese() string {
	switch s {
	case LeadJudging:
		return "研判中"
	case LeadCase:
		return "已立案"
	case LeadDismissed:
		return "不予处理"
	}
	return "新"
}

// A Lead is what people made of a lead of the board. One that nobody has
// touched has the ID and version 0.
type Lead struct {
	ID int64 `json:"id"`
	LeadKey
	Head     int64     `json:"merged_into,omitempty"` // the lead that it was merged into
	State    LeadState `json:"state"`
	Reason   string    `json:"reason,omitempty"` // why it is dismissed
	Assignee int64     `json:"assignee,omitempty"`
	Person   string    `json:"person,omitempty"` // who that is
	Case     int64     `json:"case,omitempty"`
	Version  int64     `json:"version"`
}

// A LeadRef is a lead in the version that was read.
type LeadRef struct {
	LeadKey
	Version int64
}

// A LeadNote is what was done with a lead, or one that was merged into it.
type LeadNote struct {
	ID      int64     `json:"id"`
	At      time.Time `json:"at"`
	Who     string    `json:"who"`
	Action  string    `json:"action"` // state, assign, merge, split, case, note
	Content string    `json:"content"`
	Of      LeadKey   `json:"of"`
}

// A LeadChange is what is done with leads. Nil fields stay as they are.
type LeadChange struct {
	State    *LeadState
	Reason   string // of a state
	Assignee *int64 // 0 for nobody
	Note     string // "" for none
}

func scanLead(scan func(...any) error) (l Lead, err error) {
	err = scan(
		&l.ID,
		&l.Period,
		&l.Product,
		&l.Hazard,
		&l.Mark,
		&l.Head,
		&l.State,
		&l.Reason,
		&l.Assignee,
		&l.Person,
		&l.Case,
		&l.Version,
	)
	return l, err
}

// A LeadFilter selects what people made of leads; zero fields select all.
type LeadFilter struct {
	Period   string
	Case     int64 // that was opened of them
	Assignee int64
}

// Leads are those that somebody has touched.
func (d *DB) Leads(ctx context.Context, f LeadFilter) ([]Lead, error) {
	var list []Lead
	err := d.query(
		ctx,
		statement("leads"),
		[]any{f.Period, f.Case, f.Assignee, 0},
		func(scan func(...any) error) error {
			l, err := scanLead(scan)
			list = append(list, l)
			return err
		},
	)
	return list, err
}

// Lead is the lead of that ID.
func (d *DB) Lead(ctx context.Context, id int64) (Lead, error) {
	l, err := scanLead(d.db.QueryRowContext(ctx, statement("leads"), "", 0, 0, orNull(id)).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return l, missing("线索", id)
	}
	return l, err
}

// LeadNotes are what was done with a lead and with those that were merged into
// it, the oldest first.
func (d *DB) LeadNotes(ctx context.Context, id int64) ([]LeadNote, error) {
	var list []LeadNote
	err := d.query(ctx, statement("lead_notes"), []any{id}, func(scan func(...any) error) error {
		var n LeadNote
		var at int64
		err := scan(&n.ID, &at, &n.Who, &n.Action, &n.Content, &n.Of.Product, &n.Of.Hazard)
		n.At = shown(at)
		list = append(list, n)
		return err
	})
	return list, err
}

// leadOf is the lead as it stands, entered if nobody has touched it before. It
// is a *Conflict when it is no longer what was read.
func leadOf(ctx context.Context, tx *sql.Tx, r LeadRef) (l Lead, err error) {
	if strings.TrimSpace(r.Product) == "" || r.Period == "" {
		return l, invalid("线索", "没有产品或报送期", "回到汇总研判重新选")
	}
	err = tx.QueryRowContext(ctx, statement("enter_lead"), r.Period, r.Product, alike(r.Product), r.Hazard, r.Mark).
		Scan(&l.ID)
	if err != nil {
		return l, err
	}
	if l, err = scanLead(tx.QueryRowContext(ctx, statement("leads"), "", 0, 0, l.ID).Scan); err != nil {
		return l, err
	}
	if l.Version != r.Version {
		return l, &Conflict{Theirs: l}
	}
	return l, nil
}

func (d *DB) storeLead(ctx context.Context, tx *sql.Tx, l Lead, notes ...LeadNote) error {
	if _, err := tx.ExecContext(ctx, statement("change_lead"), l.ID, l.State, l.Reason, orNull(l.Assignee), orNull(l.Head), orNull(l.Case)); err != nil {
		return err
	}
	for _, n := range notes {
		if _, err := tx.ExecContext(ctx, statement("note_lead"), l.ID, d.now().UnixMilli(), n.Who, n.Action, n.Content); err != nil {
			return err
		}
	}
	return nil
}

// ChangeLeads changes leads, all or none.
func (d *DB) ChangeLeads(ctx context.Context, by *Account, refs []LeadRef, c LeadChange) error {
	c.Reason, c.Note = strings.TrimSpace(c.Reason), strings.TrimSpace(c.Note)
	if err := errors.Join(bounded("理由", c.Reason, maxText), bounded("备注", c.Note, maxText)); err != nil {
		return err
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		person := ""
		if c.Assignee != nil && *c.Assignee != 0 {
			a, err := scanAccount(
				tx.QueryRowContext(ctx, "SELECT "+accountColumns+" FROM account WHERE id = ?", *c.Assignee).Scan,
			)
			if err != nil || a.Disabled || !a.Has(RoleCentre) {
				return invalid("研判人", "不是研究中心的账号，或已停用", "重新选择")
			}
			person = a.Person
		}
		for _, r := range refs {
			l, err := leadOf(ctx, tx, r)
			if err != nil {
				return err
			}
			notes, err := l.change(by.Person, person, &c)
			if err != nil {
				return err
			}
			if err := d.storeLead(ctx, tx, l, notes...); err != nil {
				return err
			}
			if c.Assignee != nil && *c.Assignee != 0 && *c.Assignee != by.ID {
				if err := d.assigned(ctx, tx, by.Person, &l); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// change makes the change and says what it was.
func (l *Lead) change(who, person string, c *LeadChange) (notes []LeadNote, err error) {
	if l.Head != 0 {
		return nil, invalid("线索“"+l.Title()+"”", "已合并到别的线索", "先拆出，或在合并后的线索里改")
	}
	if s := c.State; s != nil && *s != l.State {
		switch {
		case !slices.Contains(LeadStates(), *s):
			return nil, invalid("状态", "没有选择", "重新选择")
		case l.Case != 0:
			return nil, invalid("线索“"+l.Title()+"”", fmt.Sprintf("已立案（案件 %d）", l.Case), "在案件里记进展、结案")
		case *s == LeadCase:
			return nil, invalid("状态", "不能直接改成已立案", "用“立案”新建案件")
		case *s == LeadDismissed && c.Reason == "":
			return nil, invalid("不予处理的理由", "没有写", "写明为什么不予处理，例如：不属于市场监管部门监管的产品")
		}
		text := l.State.Chinese() + " → " + s.Chinese()
		l.State, l.Reason = *s, ""
		if *s == LeadDismissed {
			l.Reason = c.Reason
			text += "：" + c.Reason
		}
		notes = append(notes, LeadNote{Who: who, Action: "state", Content: text})
	}
	if c.Assignee != nil && *c.Assignee != l.Assignee {
		l.Assignee = *c.Assignee
		text := "交给 " + person
		if l.Assignee == 0 {
			text = "不再指定研判人"
		}
		notes = append(notes, LeadNote{Who: who, Action: "assign", Content: text})
	}
	if c.Note != "" {
		notes = append(notes, LeadNote{Who: who, Action: "note", Content: c.Note})
	}
	return notes, nil
}

// MergeLeads merges leads into the first of them, with those that were merged
// into them before. SplitLead takes it back.
func (d *DB) MergeLeads(ctx context.Context, who string, refs []LeadRef) error {
	if len(refs) < 2 {
		return invalid("要合并的线索", "不到两条", "选中两条或更多")
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		head, err := leadOf(ctx, tx, refs[0])
		if err != nil {
			return err
		}
		if head.Head != 0 {
			return invalid("线索“"+head.Title()+"”", "已合并到别的线索", "刷新页面再选")
		}
		var names []string
		for _, r := range refs[1:] {
			l, err := leadOf(ctx, tx, r)
			switch {
			case err != nil:
				return err
			case l.ID == head.ID:
				continue
			case l.Case != 0:
				return invalid("线索“"+l.Title()+"”", fmt.Sprintf("已立案（案件 %d）", l.Case), "打开它，把别的线索并入它")
			}
			names = append(names, l.Title())
			if _, err := tx.ExecContext(ctx, statement("move_members"), l.ID, head.ID); err != nil {
				return err
			}
			l.Head = head.ID
			if err := d.storeLead(ctx, tx, l, LeadNote{Who: who, Action: "merge", Content: "并入 " + head.Title()}); err != nil {
				return err
			}
		}
		if len(names) == 0 {
			return invalid("要合并的线索", "是同一条", "选中两条或更多")
		}
		return d.storeLead(
			ctx,
			tx,
			head,
			LeadNote{Who: who, Action: "merge", Content: "并入了 " + strings.Join(names, "、")},
		)
	})
}

// SplitLead takes a lead out of the one that it was merged into.
func (d *DB) SplitLead(ctx context.Context, who string, r LeadRef) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		l, err := leadOf(ctx, tx, r)
		if err != nil {
			return err
		}
		if l.Head == 0 {
			return invalid("线索“"+l.Title()+"”", "没有合并到别的线索", "刷新页面看现在的样子")
		}
		head, err := scanLead(tx.QueryRowContext(ctx, statement("leads"), "", 0, 0, l.Head).Scan)
		if err != nil {
			return err
		}
		l.Head = 0
		if err := d.storeLead(ctx, tx, l, LeadNote{Who: who, Action: "split", Content: "从 " + head.Title() + " 拆出"}); err != nil {
			return err
		}
		return d.storeLead(ctx, tx, head, LeadNote{Who: who, Action: "split", Content: "拆出了 " + l.Title()})
	})
}

// openLeads notes that a case was opened of leads.
func (d *DB) openLeads(ctx context.Context, tx *sql.Tx, c *Case) error {
	for _, r := range c.Leads {
		l, err := leadOf(ctx, tx, r)
		switch {
		case err != nil:
			return err
		case l.Case != 0:
			return invalid("线索“"+l.Title()+"”", fmt.Sprintf("已立案（案件 %d）", l.Case), "在“协同处置”页打开那个案件")
		case l.Head != 0:
			return invalid("线索“"+l.Title()+"”", "已合并到别的线索", "从合并后的线索立案")
		}
		l.Case, l.State, l.Reason = c.ID, LeadCase, ""
		if err := d.storeLead(ctx, tx, l, LeadNote{Who: c.By, Action: "case", Content: fmt.Sprintf("立案：案件 %d“%s”", c.ID, c.Title)}); err != nil {
			return err
		}
	}
	return nil
}

// assigned tells the assignee of a lead.
func (d *DB) assigned(ctx context.Context, tx *sql.Tx, who string, l *Lead) error {
	return d.tell(ctx, tx, []Account{{ID: l.Assignee}}, Notice{
		Kind: Assigned,
		Key:  fmt.Sprintf("lead-%d-%d", l.ID, l.Version),
		Text: who + " 把线索“" + l.Title() + "”交给您研判",
		Path: fmt.Sprintf("/board/lead?number=%d", l.ID),
	})
}
