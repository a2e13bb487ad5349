package station

import (
	"cmp"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"chaping"
)

// An Urgent is an urgent report: one that the program suggested from the home
// station's reviews, or one that a station has written.
type Urgent struct {
	ID        int64           `json:"id"`
	Event     string          `json:"event"`
	First     string          `json:"first_period"`
	Last      string          `json:"last_period"`
	Raised    time.Time       `json:"raised"`
	Candidate json.RawMessage `json:"candidate"`
	Status    string          `json:"status"` // open, confirmed, dismissed
	By        string          `json:"by,omitempty"`
	Reason    string          `json:"reason,omitempty"`
	Decided   *time.Time      `json:"decided,omitempty"`
	Station   int64           `json:"station,omitempty"` // who wrote it; 0: suggested
	Found     time.Time       `json:"found"`             // when the station learnt of it; zero if suggested
	Case      int64           `json:"case,omitempty"`    // that was opened on it, whether or not it is closed
	Hours     int             `json:"limit_hours"`       // how long after that it might come, as the rules were when it did; 0: no limit
}

// Late tells whether a written report came later than its limit. The notice says
// 及时 and names no hours; without a limit nothing is late.
func (u *Urgent) Late() bool {
	return u.Hours > 0 && u.Station != 0 && u.Raised.Sub(u.Found) > time.Duration(u.Hours)*time.Hour
}

// Statuses of an urgent candidate.
const (
	UrgentOpen      = "open"
	UrgentConfirmed = "confirmed"
	UrgentDismissed = "dismissed"
)

// Raise enters candidates of a period, by event. An event that is known, and
// has not been quiet for more than quiet periods, is brought up to date while
// it is open and never raised again; the others are new and are returned.
// messages are queued for each of them in the same transaction.
func (d *DB) Raise(
	ctx context.Context,
	period chaping.Period,
	quiet int,
	candidates map[string]json.RawMessage,
	order []string,
	messages func(Urgent) []Message,
) ([]Urgent, error) {
	var fresh []Urgent
	err := d.transact(ctx, func(tx *sql.Tx) error {
		fresh = nil
		for _, event := range order {
			known, err := scanUrgent(
				tx.QueryRowContext(
					ctx,
					"SELECT "+urgentColumns+" FROM urgent WHERE event = ? ORDER BY id DESC LIMIT 1",
					event,
				).Scan,
			)
			if err != nil && !errors.Is(err, sql.ErrNoRows) {
				return err
			}
			if err == nil {
				last, err := chaping.ParsePeriod(known.Last)
				if err != nil {
					return err
				}
				if months(last, period) <= quiet {
					if months(last, period) < 0 {
						continue // an old period mined again
					}
					if known.Status == UrgentOpen {
						if _, err := tx.ExecContext(ctx, "UPDATE urgent SET candidate = ? WHERE id = ?", string(candidates[event]), known.ID); err != nil {
							return err
						}
					}
					if _, err := tx.ExecContext(ctx, "UPDATE urgent SET last = ? WHERE id = ?", period.String(), known.ID); err != nil {
						return err
					}
					continue
				}
			}
			u := Urgent{
				Event:     event,
				First:     period.String(),
				Last:      period.String(),
				Raised:    shown(d.now().UnixMilli()),
				Candidate: candidates[event],
				Status:    UrgentOpen,
			}
			result, err := tx.ExecContext(
				ctx,
				"INSERT INTO urgent (event, first, last, raised, candidate) VALUES (?, ?, ?, ?, ?)",
				event,
				u.First,
				u.Last,
				u.Raised.UnixMilli(),
				string(u.Candidate),
			)
			if err != nil {
				return err
			}
			if u.ID, err = result.LastInsertId(); err != nil {
				return err
			}
			if err := d.enqueue(ctx, tx, messages(u)); err != nil {
				return err
			}
			fresh = append(fresh, u)
		}
		return nil
	})
	return fresh, err
}

// months is how many periods b is after a.
func months(a, b chaping.Period) int { return (b.Year-a.Year)*12 + int(b.Month) - int(a.Month) }

const urgentColumns = "id, event, first, last, raised, candidate, status, who, reason, decided, coalesce(station, 0), found, coalesce((SELECT id FROM casefile WHERE casefile.urgent = urgent.id), 0), hours"

func scanUrgent(scan func(...any) error) (u Urgent, err error) {
	var raised, decided, found int64
	var candidate string
	err = scan(
		&u.ID,
		&u.Event,
		&u.First,
		&u.Last,
		&raised,
		&candidate,
		&u.Status,
		&u.By,
		&u.Reason,
		&decided,
		&u.Station,
		&found,
		&u.Case,
		&u.Hours,
	)
	u.Raised, u.Candidate, u.Found = shown(raised), json.RawMessage(candidate), shown(found)
	if decided > 0 {
		t := shown(decided)
		u.Decided = &t
	}
	return u, err
}

// Urgents are the candidates of a status, or all when it is empty, the latest
// first.
func (d *DB) Urgents(ctx context.Context, status string) ([]Urgent, error) {
	return d.urgents(ctx, "SELECT "+urgentColumns+" FROM urgent WHERE status = ?1 OR ?1 = '' ORDER BY id DESC", status)
}

func (d *DB) urgents(ctx context.Context, statement string, args ...any) (list []Urgent, err error) {
	err = d.query(ctx, statement, args, func(scan func(...any) error) error {
		u, err := scanUrgent(scan)
		list = append(list, u)
		return err
	})
	return list, err
}

// An UrgentSelection chooses urgent reports: those that wait for a decision, or
// those that somebody has decided on. A month can have a thousand, with megabytes
// of sentences.
type UrgentSelection struct {
	Scope     Scope // of written ones
	Suggested bool  // those that the program has suggested, too
	Decided   bool
}

// OpenUrgents are the candidates that wait for a decision: all are suggested, what
// is written is confirmed.
func OpenUrgents() UrgentSelection { return UrgentSelection{Suggested: true} }

const urgentSelected = " FROM urgent WHERE (status != 'open') = ?1" +
	" AND CASE coalesce(station, 0) WHEN 0 THEN ?2 ELSE ?3 OR station = ?4 END"

func (s UrgentSelection) args() []any {
	return []any{s.Decided, s.Suggested, s.Scope.all, s.Scope.station}
}

// CountUrgents is how many there are.
func (d *DB) CountUrgents(ctx context.Context, s UrgentSelection) (n int, err error) {
	return n, d.db.QueryRowContext(ctx, "SELECT count(*)"+urgentSelected, s.args()...).Scan(&n)
}

// UrgentsSelected are some of them, the latest first, after so many others.
func (d *DB) UrgentsSelected(ctx context.Context, s UrgentSelection, limit, offset int) ([]Urgent, error) {
	return d.urgents(
		ctx,
		"SELECT "+urgentColumns+urgentSelected+" ORDER BY id DESC LIMIT ?5 OFFSET ?6",
		append(s.args(), limit, offset)...,
	)
}

// UrgentsWithoutCase are the reports that stations have written and that nobody
// has opened a case on, the latest first.
func (d *DB) UrgentsWithoutCase(ctx context.Context) ([]Urgent, error) {
	return d.urgents(
		ctx,
		"SELECT "+urgentColumns+" FROM urgent WHERE status = ? AND station IS NOT NULL AND station != 0"+
			" AND NOT EXISTS (SELECT 1 FROM casefile WHERE casefile.urgent = urgent.id) ORDER BY id DESC",
		UrgentConfirmed,
	)
}

// Urgent is one candidate; a *chaping.Error when there is none.
func (d *DB) Urgent(ctx context.Context, id int64) (Urgent, error) {
	u, err := scanUrgent(d.db.QueryRowContext(ctx, "SELECT "+urgentColumns+" FROM urgent WHERE id = ?", id).Scan)
	if errors.Is(err, sql.ErrNoRows) {
		return u, noUrgent(id)
	}
	return u, err
}

func noUrgent(id int64) error {
	return &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("没有编号 %d 的重要风险信息候选", id), Remedy: "核对编号"}
}

// Decide confirms or dismisses an open candidate, with a reason, and queues
// the messages in the same transaction. Deciding the same way again changes
// nothing; the other way is refused.
func (d *DB) Decide(
	ctx context.Context,
	id int64,
	status, by, reason string,
	messages func(Urgent) []Message,
) (Urgent, error) {
	var u Urgent
	err := d.transact(ctx, func(tx *sql.Tx) (err error) {
		u, err = scanUrgent(tx.QueryRowContext(ctx, "SELECT "+urgentColumns+" FROM urgent WHERE id = ?", id).Scan)
		switch {
		case errors.Is(err, sql.ErrNoRows):
			return noUrgent(id)
		case err != nil:
			return err
		case u.Status == status:
			return nil
		case u.Status != UrgentOpen:
			return &chaping.Error{
				Code:    chaping.CodeInput,
				Message: fmt.Sprintf("编号 %d 已由 %s 处理（%s），不能再改", id, u.By, u.Reason),
				Remedy:  "另行报送更正",
			}
		}
		now := shown(d.now().UnixMilli())
		u.Status, u.By, u.Reason, u.Decided = status, by, reason, &now
		if _, err := tx.ExecContext(ctx, "UPDATE urgent SET status = ?, who = ?, reason = ?, decided = ? WHERE id = ?", status, by, reason, now.UnixMilli(), id); err != nil {
			return err
		}
		return d.enqueue(ctx, tx, messages(u))
	})
	return u, err
}

// FileUrgent enters a report that a station has written; filing it confirms
// it. messages are queued in the same transaction. The same report of the same
// station is entered once: fresh tells whether it was new. The same is what has
// the same Event, or else the same Candidate.
func (d *DB) FileUrgent(
	ctx context.Context,
	scope Scope,
	u Urgent,
	messages func(Urgent) []Message,
) (filed Urgent, fresh bool, err error) {
	now := d.now()
	switch {
	case !scope.Sees(u.Station):
		return u, false, missing("监测站", u.Station)
	case u.Found.IsZero():
		return u, false, invalid("发现时间", "没有写", "写监测站最早知道这件事的时间")
	case u.Found.After(now):
		return u, false, invalid("发现时间", "在将来", "写已经发生的时间")
	}
	sum := sha256.Sum256([]byte(cmp.Or(u.Event, string(u.Candidate))))
	u.Event = fmt.Sprintf("written-%d-%s", u.Station, hex.EncodeToString(sum[:]))
	period := chaping.PeriodOf(now).String()
	u.First, u.Last, u.Raised, u.Found, u.Status, u.Reason = period, period, shown(
		now.UnixMilli(),
	), shown(
		u.Found.UnixMilli(),
	), UrgentConfirmed, "由监测站填报"
	u.Decided = &u.Raised
	err = d.transact(ctx, func(tx *sql.Tx) error {
		known, err := scanUrgent(
			tx.QueryRowContext(ctx, "SELECT "+urgentColumns+" FROM urgent WHERE event = ?", u.Event).Scan,
		)
		if err == nil {
			u = known
			return nil
		}
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		fresh = true
		err = tx.QueryRowContext(
			ctx,
			`INSERT INTO urgent (event, first, last, raised, candidate, status, who, reason, decided, station, found, hours) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
				coalesce((SELECT json_extract(value, '$.urgent_hours') FROM setting WHERE name = '`+settingRules+`'), 0)) RETURNING id, hours`,
			u.Event,
			u.First,
			u.Last,
			u.Raised.UnixMilli(),
			string(u.Candidate),
			u.Status,
			u.By,
			u.Reason,
			u.Raised.UnixMilli(),
			u.Station,
			u.Found.UnixMilli(),
		).Scan(
			&u.ID,
			&u.Hours,
		)
		if err != nil {
			return err
		}
		return d.enqueue(ctx, tx, messages(u))
	})
	return u, fresh, err
}
