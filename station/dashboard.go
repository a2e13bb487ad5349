package station

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"chaping"
)

// A Dashboard is what a person has arranged of saved views and figures. It is
// shown to accounts of its roles, who see in it what they may see anyway.
type Dashboard struct {
	ID      int64
	Account int64  // whose it is
	Person  string // its name
	Name    string
	Roles   []Role // that it is shown to, besides its owner
	Changed time.Time
	Tiles   int
}

// A Tile is one of the things on a dashboard: a saved view, or a figure of the
// home page.
type Tile struct {
	ID     int64
	Title  string
	List   string // the table of a view; "" for a figure
	View   int64  // of a new tile
	Figure string
	Shape  TileShape
	Width  int    // 1 to MaxTileWidth
	Query  string // of the view
	Gone   bool   // the view has been deleted
}

// A TileShape is how a tile shows what it asks for.
type TileShape string

// The shapes: how many rows there are, or a figure; the first rows; a chart.
const (
	TileNumber TileShape = "number"
	TileTable  TileShape = "table"
	TileChart  TileShape = "chart"
)

// Bounds of dashboards.
const (
	maxDashboards    = 20 // of an account
	maxTiles         = 12 // of a dashboard: each is asked for when it is looked at
	maxDashboardName = 30 // characters
	MaxTileWidth     = 3
)

// Dashboards are the account's own, and those that it is shown.
func (d *DB) Dashboards(ctx context.Context, a *Account) (list []Dashboard, err error) {
	roles, err := json.Marshal(a.Roles)
	if err != nil {
		return nil, err
	}
	err = d.query(ctx, statement("dashboards"), []any{a.ID, string(roles)}, func(scan func(...any) error) error {
		var b Dashboard
		var shownTo string
		var changed int64
		if err := scan(&b.ID, &b.Account, &b.Person, &b.Name, &shownTo, &changed, &b.Tiles); err != nil {
			return err
		}
		b.Changed = shown(changed)
		list = append(list, b)
		return json.Unmarshal([]byte(shownTo), &list[len(list)-1].Roles)
	})
	return list, err
}

// Dashboard is one that the account may look at, with its tiles in their order.
func (d *DB) Dashboard(ctx context.Context, a *Account, id int64) (b Dashboard, tiles []Tile, err error) {
	list, err := d.Dashboards(ctx, a)
	if err != nil {
		return b, nil, err
	}
	i := slices.IndexFunc(list, func(b Dashboard) bool { return b.ID == id })
	if i < 0 {
		return b, nil, missing("看板", id)
	}
	err = d.query(ctx, statement("tiles"), []any{id}, func(scan func(...any) error) error {
		var t Tile
		err := scan(&t.ID, &t.Title, &t.List, &t.Figure, &t.Shape, &t.Width, &t.Query, &t.Gone)
		tiles = append(tiles, t)
		return err
	})
	return list[i], tiles, err
}

// PutDashboard stores a new dashboard of an account, or the name and roles of
// its own one with that ID.
func (d *DB) PutDashboard(ctx context.Context, account int64, b Dashboard) (id int64, err error) {
	b.Name = visible(b.Name)
	switch {
	case b.Name == "":
		return 0, invalid("看板的名称", "是空的", "写一个名称")
	case utf8.RuneCountInString(b.Name) > maxDashboardName:
		return 0, invalid("看板的名称", fmt.Sprintf("最多 %d 个字", maxDashboardName), "缩短")
	case slices.ContainsFunc(b.Roles, func(r Role) bool { return !slices.Contains(Roles(), r) }):
		return 0, invalid("共享给的角色", "没有这个角色", "从列表中选")
	}
	roles, err := json.Marshal(slices.Compact(slices.Sorted(slices.Values(b.Roles))))
	if err != nil {
		return 0, err
	}
	if len(b.Roles) == 0 {
		roles = []byte("[]")
	}
	err = d.transact(ctx, func(tx *sql.Tx) error {
		var same, all int
		err := tx.QueryRowContext(ctx, "SELECT count(*) FILTER (WHERE name = ? AND id <> ?), count(*) FROM dashboard WHERE account = ?",
			b.Name, b.ID, account).Scan(&same, &all)
		switch {
		case err != nil:
			return err
		case same > 0:
			return invalid("看板的名称", "已经有一个叫“"+b.Name+"”的看板", "换一个名称")
		case b.ID == 0 && all >= maxDashboards:
			return invalid("看板", fmt.Sprintf("最多 %d 个", maxDashboards), "先删除不用的")
		case b.ID == 0:
			return tx.QueryRowContext(ctx, statement("add_dashboard"), account, b.Name, string(roles), d.now().UnixMilli()).Scan(&id)
		}
		id = b.ID
		r, err := tx.ExecContext(ctx, statement("change_dashboard"), b.Name, string(roles), d.now().UnixMilli(), b.ID, account)
		if err != nil {
			return err
		}
		return changedOne(r, "看板", b.ID)
	})
	return id, err
}

// changedOne says so where there was nothing to change.
func changedOne(r sql.Result, what string, id int64) error {
	if n, err := r.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return missing(what, id)
}

// DeleteDashboard deletes a dashboard of the account.
func (d *DB) DeleteDashboard(ctx context.Context, account, id int64) error {
	return d.transact(ctx, func(tx *sql.Tx) error {
		r, err := tx.ExecContext(ctx, "DELETE FROM dashboard WHERE id = ? AND account = ?", id, account)
		if err != nil {
			return err
		}
		return changedOne(r, "看板", id)
	})
}

// AddTile puts a tile at the end of a dashboard of the account.
func (d *DB) AddTile(ctx context.Context, account, dashboard int64, t Tile) error {
	t.Title, t.Width = visible(t.Title), min(max(t.Width, 1), MaxTileWidth)
	switch {
	case t.Title == "":
		return invalid("标题", "是空的", "写一个标题")
	case utf8.RuneCountInString(t.Title) > maxDashboardName:
		return invalid("标题", fmt.Sprintf("最多 %d 个字", maxDashboardName), "缩短")
	case (t.View == 0) == (t.Figure == ""):
		return invalid("内容", "没有选", "选一个保存的视图，或一个主要数字")
	case !slices.Contains([]TileShape{TileNumber, TileTable, TileChart}, t.Shape):
		return invalid("样子", "没有这一种", "从列表中选")
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		var n int
		if err := tx.QueryRowContext(ctx, "SELECT count(*) FROM tile WHERE dashboard = ?", dashboard).Scan(&n); err != nil {
			return err
		}
		if n >= maxTiles {
			return invalid("看板", fmt.Sprintf("最多 %d 块", maxTiles), "先移除不用的，或另建一个看板")
		}
		r, err := tx.ExecContext(ctx, statement("add_tile"), dashboard, account, t.Title, t.View, t.Figure, t.Shape, t.Width)
		if err == nil {
			err = changedOne(r, "看板或视图", max(t.View, dashboard))
		}
		if err != nil {
			return err
		}
		return d.touch(ctx, tx, dashboard)
	})
}

func (d *DB) touch(ctx context.Context, tx *sql.Tx, dashboard int64) error {
	_, err := tx.ExecContext(ctx, "UPDATE dashboard SET changed = ? WHERE id = ?", d.now().UnixMilli(), dashboard)
	return err
}

// TileMoves are what can be done to a tile: move it, size it, take it away.
func TileMoves() []string { return []string{"up", "down", "wider", "narrower", "remove"} }

// MoveTile does one of TileMoves to a tile of a dashboard of the account. A tile
// that cannot go further stays.
func (d *DB) MoveTile(ctx context.Context, account, dashboard, id int64, do string) error {
	if !slices.Contains(TileMoves(), do) {
		return &chaping.Error{Code: chaping.CodeInput, Message: "没有“" + chaping.Shorten(do, 20) + "”这一步", Remedy: "可用：" + strings.Join(TileMoves(), "、")}
	}
	return d.transact(ctx, func(tx *sql.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT t.id FROM tile AS t JOIN dashboard AS d ON d.id = t.dashboard WHERE d.id = ? AND d.account = ? ORDER BY t.place, t.id", dashboard, account)
		var order []int64
		err = eachRow(rows, err, func(scan func(...any) error) error {
			var tile int64
			err := scan(&tile)
			order = append(order, tile)
			return err
		})
		if err != nil {
			return err
		}
		at := slices.Index(order, id)
		if at < 0 {
			return missing("看板上的一块", id)
		}
		switch do {
		case "remove":
			_, err = tx.ExecContext(ctx, "DELETE FROM tile WHERE id = ?", id)
		case "wider":
			_, err = tx.ExecContext(ctx, "UPDATE tile SET width = min(width + 1, ?) WHERE id = ?", MaxTileWidth, id)
		case "narrower":
			_, err = tx.ExecContext(ctx, "UPDATE tile SET width = max(width - 1, 1) WHERE id = ?", id)
		default:
			to := max(at-1, 0)
			if do == "down" {
				to = min(at+1, len(order)-1)
			}
			order[at], order[to] = order[to], order[at]
			for place, tile := range order {
				if _, err := tx.ExecContext(ctx, "UPDATE tile SET place = ? WHERE id = ?", place, tile); err != nil {
					return err
				}
			}
		}
		if err != nil {
			return err
		}
		return d.touch(ctx, tx, dashboard)
	})
}
