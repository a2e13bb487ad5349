package station

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"chaping"
)

// A Run is one run of a scheduled job.
type Run struct {
	ID       int64      `json:"id"`
	Job      string     `json:"job"`
	Slot     time.Time  `json:"slot"` // the moment it was planned for
	Manual   bool       `json:"manual,omitempty"`
	Started  time.Time  `json:"started"`
	Attempts int        `json:"attempts"`
	Due      time.Time  `json:"due"` // next attempt, while it is not finished
	Finished *time.Time `json:"finished,omitempty"`
	Error    string     `json:"error,omitempty"` // of the last attempt
	Steps    []Step     `json:"steps"`
}

// A Step of a run.
type Step struct {
	Name     string     `json:"name"`
	Started  time.Time  `json:"started"`
	Finished *time.Time `json:"finished,omitempty"`
	Error    string     `json:"error,omitempty"`
}

// Plan is the next moment of a job, as it was planned; ok is false when it was
// not, or for another expression.
func (d *DB) Plan(ctx context.Context, job, spec string) (next time.Time, ok bool, err error) {
	var ms int64
	err = d.db.QueryRowContext(ctx, "SELECT next FROM schedule WHERE job = ? AND spec = ?", job, spec).Scan(&ms)
	if errors.Is(err, sql.ErrNoRows) {
		return next, false, nil
	}
	return shown(ms), err == nil, err
}

// SetPlan enters runs for slots and the job's next moment, together: after a
// crash there are both or none. A slot that has its run already keeps it.
func (d *DB) SetPlan(ctx context.Context, job, spec string, next time.Time, manual bool, slots ...time.Time) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		now := d.now().UnixMilli()
		for _, slot := range slots {
			if _, err := tx.ExecContext(ctx, "INSERT INTO run (job, slot, manual, started, due) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", job, slot.UnixMilli(), manual, now, now); err != nil {
				return err
			}
		}
		if err := forgetRuns(ctx, tx, job, d.now()); err != nil || next.IsZero() {
			return err
		}
		_, err := tx.ExecContext(
			ctx,
			"INSERT INTO schedule (job, spec, next) VALUES (?1, ?2, ?3) ON CONFLICT (job) DO UPDATE SET spec = ?2, next = ?3",
			job,
			spec,
			next.UnixMilli(),
		)
		return err
	})
}

// What is kept of a job's runs: those of so long, and its last ones however old
// they are. A job that runs every minute would fill the file with them, and a
// slot that has passed is never planned again.
const (
	runLife  = 90 * 24 * time.Hour
	keptRuns = 100
	// forgotten is how many are removed at a time, so that a file which has
	// many is not held up.
	forgotten = 1000
)

// forgetRuns removes a job's old runs. One that is not finished stays.
func forgetRuns(ctx context.Context, tx *sql.Tx, job string, now time.Time) error {
	const old = `IN (SELECT id FROM run WHERE job = ?1 AND finished > 0 AND slot < ?2
		AND slot < (SELECT slot FROM run WHERE job = ?1 ORDER BY slot DESC LIMIT 1 OFFSET ?3) ORDER BY slot LIMIT ?4)`
	for _, statement := range []string{"DELETE FROM step WHERE run " + old, "DELETE FROM run WHERE id " + old} {
		if _, err := tx.ExecContext(ctx, statement, job, now.Add(-runLife).UnixMilli(), keptRuns-1, forgotten); err != nil {
			return err
		}
	}
	return nil
}

// OpenRuns are the runs that are not finished and due, in the order of slots.
func (d *DB) OpenRuns(ctx context.Context) ([]Run, error) {
	return d.runs(ctx, "WHERE finished = 0 AND due <= ? ORDER BY slot, id", d.now().UnixMilli())
}

// Runs are the latest runs, of a job or of all.
func (d *DB) Runs(ctx context.Context, job string, limit int) ([]Run, error) {
	return d.runs(ctx, "WHERE job = ?1 OR ?1 = '' ORDER BY slot DESC, id DESC LIMIT ?2", job, limit)
}

func (d *DB) runs(ctx context.Context, where string, args ...any) ([]Run, error) {
	var list []Run
	err := d.query(
		ctx,
		"SELECT id, job, slot, manual, started, attempts, due, finished, error FROM run "+where,
		args,
		func(scan func(...any) error) error {
			var (
				r                            Run
				slot, started, due, finished int64
			)
			if err := scan(&r.ID, &r.Job, &slot, &r.Manual, &started, &r.Attempts, &due, &finished, &r.Error); err != nil {
				return err
			}
			r.Slot, r.Started, r.Due, r.Finished = shown(slot), shown(started), shown(due), pointer(finished)
			list = append(list, r)
			return nil
		},
	)
	for i := range list {
		if err == nil {
			list[i].Steps, err = d.steps(ctx, list[i].ID)
		}
	}
	return list, err
}

func (d *DB) steps(ctx context.Context, run int64) ([]Step, error) {
	list := []Step{}
	err := d.query(
		ctx,
		"SELECT name, started, finished, error FROM step WHERE run = ? ORDER BY rowid",
		[]any{run},
		func(scan func(...any) error) error {
			var (
				s                 Step
				started, finished int64
			)
			err := scan(&s.Name, &started, &finished, &s.Error)
			s.Started, s.Finished = shown(started), pointer(finished)
			list = append(list, s)
			return err
		},
	)
	return list, err
}

func pointer(ms int64) *time.Time {
	if ms == 0 {
		return nil
	}
	t := shown(ms)
	return &t
}

// BeginStep notes that a step begins.
func (d *DB) BeginStep(ctx context.Context, run int64, name string) error {
	_, err := d.db.ExecContext(
		ctx,
		"INSERT INTO step (run, name, started) VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET started = ?3, error = ''",
		run,
		name,
		d.now().UnixMilli(),
	)
	return err
}

// EndStep notes what became of a step.
func (d *DB) EndStep(ctx context.Context, run int64, name, problem string) error {
	finished := d.now().UnixMilli()
	if problem != "" {
		finished = 0
	}
	_, err := d.db.ExecContext(
		ctx,
		"UPDATE step SET finished = ?, error = ? WHERE run = ? AND name = ?",
		finished,
		problem,
		run,
		name,
	)
	return err
}

// EndRun notes what became of an attempt: the run is finished, or due again.
func (d *DB) EndRun(ctx context.Context, run int64, problem string, again time.Time) error {
	finished := int64(0)
	if problem == "" {
		finished = d.now().UnixMilli()
	}
	_, err := d.db.ExecContext(
		ctx,
		"UPDATE run SET attempts = attempts + 1, finished = ?, error = ?, due = ? WHERE id = ?",
		finished,
		problem,
		millis(again),
		run,
	)
	return err
}

// A Filing is that a period's report of the home station was handed in.
type Filing struct {
	Period string    `json:"period"`
	Name   string    `json:"name,omitempty"` // the watch, when there are several
	Filed  time.Time `json:"filed"`
	By     string    `json:"by"`
	Note   string    `json:"note,omitempty"`
}

// home is the home station's id, NULL before the first start.
const home = "(SELECT station.id FROM station JOIN setting ON setting.name = 'home' AND station.id = CAST(setting.value AS INTEGER))"

// File notes that a report was handed in; the first note stands.
func (d *DB) File(ctx context.Context, f Filing) error {
	_, err := d.db.ExecContext(
		ctx,
		"INSERT INTO filing (period, station, name, filed, who, note) VALUES (?, "+home+", ?, ?, ?, ?) ON CONFLICT DO NOTHING",
		f.Period,
		f.Name,
		f.Filed.UnixMilli(),
		f.By,
		f.Note,
	)
	return err
}

// Filing is the note that a period's report was handed in; ok tells whether
// there is one.
func (d *DB) Filing(ctx context.Context, period, name string) (f Filing, ok bool, err error) {
	var filed int64
	err = d.db.QueryRowContext(
		ctx,
		"SELECT period, name, filed, who, note FROM filing WHERE period = ? AND name = ? AND (station IS NULL OR station = "+home+") ORDER BY filed LIMIT 1",
		period,
		name,
	).Scan(
		&f.Period,
		&f.Name,
		&filed,
		&f.By,
		&f.Note,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return f, false, nil
	}
	f.Filed = shown(filed)
	return f, err == nil, err
}

// FiledBy tells whether a station has handed in the sheet of a period: whatever
// was received from it, or for the home station what was noted as filed. Where
// several watches have a sheet of their own, all of them are to be handed in.
func (d *DB) FiledBy(ctx context.Context, period chaping.Period, of int64) (filed bool, err error) {
	const handedIn = `(SELECT name FROM submission WHERE period = ?1 AND station = ?2
		UNION SELECT name FROM filing WHERE period = ?1 AND coalesce(station, ?2) = ?2 AND ?2 = coalesce(` + home + `, 0))`
	err = d.db.QueryRowContext(
		ctx,
		"SELECT EXISTS "+handedIn+` AND (coalesce(`+home+`, 0) <> ?2 OR EXISTS (SELECT 1 FROM `+handedIn+` WHERE name = '')
		OR NOT EXISTS (SELECT 1 FROM sheet WHERE form = ?3 AND period = ?1 AND station IS NULL AND name NOT IN `+handedIn+`))`,
		period.String(),
		of,
		chaping.FormPlatform,
	).Scan(
		&filed,
	)
	return filed, err
}

// An Unsent is a correction that was frozen and has not been handed in: the
// receiver has an earlier version.
type Unsent struct {
	Name    string `json:"name,omitempty"` // the watch, where there are several
	Version int    `json:"version"`
	Sent    int    `json:"sent"` // the version that was handed in last
}

// Chinese says it in a sentence.
func (u Unsent) Chinese() string {
	name := u.Name
	if name != "" {
		name = "“" + name + "”"
	}
	return fmt.Sprintf("%s第 %d 版已冻结，还没有报送；报送过的是第 %d 版", name, u.Version, u.Sent)
}

// Unsent are the corrections of a period's form that have not been handed in: of
// the sheets that were counted (of 0), or of those that a station fills in.
func (d *DB) Unsent(ctx context.Context, form chaping.Form, period string, of int64) (list []Unsent, err error) {
	err = d.query(ctx, statement("unsent"), []any{form, period, of}, func(scan func(...any) error) error {
		var u Unsent
		err := scan(&u.Version, &u.Sent, &u.Name)
		list = append(list, u)
		return err
	})
	return list, err
}

// AnyFiling tells whether a sheet of the period was noted as filed where there
// is no home station.
func (d *DB) AnyFiling(ctx context.Context, period chaping.Period) (filed bool, err error) {
	err = d.db.QueryRowContext(
		ctx,
		"SELECT EXISTS (SELECT 1 FROM filing WHERE period = ?)",
		period.String(),
	).Scan(
		&filed,
	)
	return filed, err
}
