package station

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// A View is a view of a table that somebody has saved.
type View struct {
	ID    int64
	List  string // the table
	Name  string
	Query string // of the address
	Saved time.Time
}

// Bounds of saved views.
const (
	maxViews     = 30 // of an account and table
	maxViewName  = 30 // characters
	maxViewQuery = 4000
)

// Views are what the account has saved of the table, by name.
func (d *DB) Views(ctx context.Context, account int64, list string) ([]View, error) {
	var views []View
	err := d.query(ctx, "SELECT id, list, name, query, saved FROM view WHERE account = ? AND list = ? ORDER BY name",
		[]any{account, list}, func(scan func(...any) error) error {
			var v View
			var saved int64
			err := scan(&v.ID, &v.List, &v.Name, &v.Query, &saved)
			v.Saved = shown(saved)
			views = append(views, v)
			return err
		})
	return views, err
}

// SaveView saves a view of the account, in place of one of its name.
func (d *DB) SaveView(ctx context.Context, account int64, v View) error {
	v.Name = strings.TrimSpace(v.Name)
	switch {
	case v.Name == "":
		return invalid("视图的名称", "是空的", "写一个名称")
	case utf8.RuneCountInString(v.Name) > maxViewName:
		return invalid("视图的名称", fmt.Sprintf("最多 %d 个字", maxViewName), "缩短")
	case len(v.Query) > maxViewQuery:
		return invalid("视图", "条件太长", "减少条件")
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `INSERT INTO view (account, list, name, query, saved) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (account, list, name) DO UPDATE SET query = excluded.query, saved = excluded.saved`,
			account, v.List, v.Name, v.Query, d.now().UnixMilli())
		if err != nil {
			return err
		}
		var n int
		err = tx.QueryRowContext(ctx, "SELECT count(*) FROM view WHERE account = ? AND list = ?", account, v.List).
			Scan(&n)
		if err == nil && n > maxViews {
			return invalid("视图", fmt.Sprintf("最多保存 %d 个", maxViews), "先删除不用的")
		}
		return err
	})
}

// DeleteView deletes a view of the account; what is not there, or another's,
// stays as it is.
func (d *DB) DeleteView(ctx context.Context, account, id int64) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "DELETE FROM view WHERE id = ? AND account = ?", id, account)
		return err
	})
}
