package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"unicode/utf8"

	"chaping"
)

// A Watch is a stored watch (监测任务) of the home station.
type Watch struct {
	ID int64 `json:"id"`
	chaping.Watch
	Version int64 `json:"version"`
}

// Watches are all watches, by name.
func (d *DB) Watches(ctx context.Context) ([]Watch, error) {
	var list []Watch
	err := d.query(
		ctx,
		"SELECT id, name, keywords, terms, sources, version FROM watch ORDER BY name",
		nil,
		func(scan func(...any) error) error {
			w, err := scanWatch(scan)
			list = append(list, w)
			return err
		},
	)
	return list, err
}

func scanWatch(scan func(...any) error) (w Watch, err error) {
	var keywords, terms, sources string
	if err := scan(&w.ID, &w.Name, &keywords, &terms, &sources, &w.Version); err != nil {
		return w, err
	}
	return w, errors.Join(
		json.Unmarshal([]byte(keywords), &w.Keywords),
		json.Unmarshal([]byte(terms), &w.Terms),
		json.Unmarshal([]byte(sources), &w.Sources),
	)
}

// Watch is one watch.
func (d *DB) Watch(ctx context.Context, id int64) (Watch, error) {
	w, err := scanWatch(
		d.db.QueryRowContext(
			ctx,
			"SELECT id, name, keywords, terms, sources, version FROM watch WHERE id = ?",
			id,
		).Scan,
	)
	if errors.Is(err, sql.ErrNoRows) {
		return w, missing("监测任务", id)
	}
	return w, err
}

// Bounds of a watch, so that a page pasted by mistake is refused.
const (
	maxWatchList = 500
	maxWatchWord = 60 // characters
)

// PutWatch stores a watch: a new one if its ID is 0, otherwise the change of
// the version that was read, or a *Conflict. A watch whose sheets were frozen or
// filed keeps its name, which those sheets are known by, here and at the centre:
// under another one, their corrections would count beside them.
func (d *DB) PutWatch(ctx context.Context, w Watch) (Watch, error) {
	w.Name = visible(w.Name)
	switch {
	case w.Name == "" || utf8.RuneCountInString(w.Name) > maxWatchWord:
		return w, invalid("任务名称", "为空或太长", "写一个 60 字以内的名称，例如“小家电”")
	case len(w.Keywords) == 0:
		return w, invalid("商品关键词", "没有写", "每行写一个要监测的商品，例如“电热水壶”")
	case len(w.Keywords) > maxWatchList || len(w.Terms) > maxWatchList:
		return w, invalid("关键词", "太多", "分成几个任务")
	}
	for _, k := range append(append([]string{}, w.Keywords...), w.Terms...) {
		if utf8.RuneCountInString(k) > maxWatchWord {
			return w, invalid("关键词“"+chaping.Shorten(k, 20)+"”", "太长", "每行写一个词")
		}
	}
	list := func(v []string) string {
		if v == nil {
			v = []string{}
		}
		b, err := json.Marshal(v)
		if err != nil {
			panic(err) // strings
		}
		return string(b)
	}
	err := d.transact(ctx, func(tx *sql.Tx) error {
		other, err := taken(ctx, tx, "watch", w.Name, w.ID)
		if err != nil {
			return err
		}
		if other != 0 {
			return invalid("任务名称", "已有同名的任务", "换一个名称")
		}
		bound, err := renamesFiled(ctx, tx, &w)
		if err != nil {
			return err
		}
		if bound {
			return invalid("任务名称", "不能改：已有报送表用原来的名称冻结或登记", "保留原来的名称；要另报一张表，新建一个任务")
		}
		if w.ID == 0 {
			w.Version = 1
			return tx.QueryRowContext(
				ctx,
				"INSERT INTO watch (name, keywords, terms, sources) VALUES (?, ?, ?, ?) RETURNING id",
				w.Name,
				list(w.Keywords),
				list(w.Terms),
				list(w.Sources),
			).Scan(
				&w.ID,
			)
		}
		result, err := tx.ExecContext(
			ctx,
			"UPDATE watch SET name = ?, keywords = ?, terms = ?, sources = ?, version = version + 1 WHERE id = ? AND version = ?",
			w.Name,
			list(w.Keywords),
			list(w.Terms),
			list(w.Sources),
			w.ID,
			w.Version,
		)
		return changed(result, err, "监测任务", w.ID, func() (any, error) {
			return scanWatch(
				tx.QueryRowContext(
					ctx,
					"SELECT id, name, keywords, terms, sources, version FROM watch WHERE id = ?",
					w.ID,
				).Scan,
			)
		})
	})
	return w, err
}

// renamesFiled tells whether a change gives another name to a watch that has
// frozen or filed sheets.
func renamesFiled(ctx context.Context, tx *sql.Tx, w *Watch) (bound bool, err error) {
	err = tx.QueryRowContext(
		ctx,
		`SELECT EXISTS (SELECT 1 FROM watch WHERE id = ?1 AND name <> ?2 AND (
			EXISTS (SELECT 1 FROM sheet WHERE station IS NULL AND name = watch.name)
			OR EXISTS (SELECT 1 FROM filing WHERE name = watch.name)
			OR EXISTS (SELECT 1 FROM submission WHERE name = watch.name AND station = `+home+`)))`,
		w.ID,
		w.Name,
	).Scan(&bound)
	return bound, err
}

// DeleteWatch removes a watch; what was collected for it stays.
func (d *DB) DeleteWatch(ctx context.Context, id, version int64) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		result, err := tx.ExecContext(ctx, "DELETE FROM watch WHERE id = ? AND version = ?", id, version)
		return changed(result, err, "监测任务", id, func() (any, error) {
			return scanWatch(
				tx.QueryRowContext(
					ctx,
					"SELECT id, name, keywords, terms, sources, version FROM watch WHERE id = ?",
					id,
				).Scan,
			)
		})
	})
}
