package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"chaping"
	"chaping/station"
)

// # Dashboards
//
// A tile says which page it shows, and nothing of what is on it: the page's own
// handler is run for it, behind the same checks and as the account that looks
// (pageWithin). So whoever may not see a record does not see it on a dashboard that
// somebody else has arranged either.

// Bounds of a dashboard's tiles.
const (
	tileRows   = 8
	tileLines  = 10              // of a chart
	tileHeads  = 3               // for each unit of its width
	tileBudget = 3 * time.Second // of each
	tilesBeing = 3               // asked for at once
)

// An inside is what the page of a tile would have shown.
type inside struct {
	page  string
	data  any
	table *tableView
}

// A nowhere takes what a handler writes besides its page.
type nowhere struct{ header http.Header }

func (n nowhere) Header() http.Header         { return n.header }
func (n nowhere) Write(b []byte) (int, error) { return len(b), nil }
func (n nowhere) WriteHeader(int)             {}

// pageWithin runs the page of that pattern for the account that asks, and gives what
// it shows.
func (q *request) pageWithin(ctx context.Context, pattern string, values url.Values) (*inside, error) {
	i := slices.IndexFunc(q.routes, func(r route) bool { return r.method == http.MethodGet && r.pattern == pattern })
	if i < 0 {
		return nil, notFound()
	}
	asked := q.r.Clone(ctx)
	asked.Method, asked.Form, asked.PostForm, asked.Body = http.MethodGet, nil, nil, http.NoBody
	asked.URL = &url.URL{Path: strings.TrimSuffix(pattern, "{$}"), RawQuery: values.Encode()}
	asked.Header = http.Header{}
	found := &inside{}
	sub := &request{
		Server:  q.Server,
		w:       nowhere{http.Header{}},
		r:       asked,
		ctx:     ctx,
		route:   q.routes[i],
		id:      q.id,
		account: q.account,
		home:    q.home,
		act:     &station.Act{},
		inside:  found,
	}
	if err := sub.admit(); err != nil {
		return nil, err
	}
	return found, sub.route.handle(sub)
}

// tileFigures are those of the home pages that a tile can show.
func tileFigures() []choice {
	return choices("reviews", "评论", "affirmed", "成立的命中", "products", "有差评的商品", "filed", "已报送的监测站", "leads", "线索",
		"entries", "本期报送的条目", "opened", "新立案件", "closed", "结案")
}

// tileShapes are how a tile can show something.
func tileShapes() []choice {
	return choices(string(station.TileTable), "表", string(station.TileChart), "图（只有分析有）", string(station.TileNumber), "数字")
}

// A shownTile is a tile with what it shows.
type shownTile struct {
	station.Tile
	Path    string // of the page that it is of
	Problem string // why it shows nothing
	Loading bool
	KPI     *kpi
	Table   *tableView
	Heads   []*shownColumn // of the table, as many as there is room for
	Left    int            // rows that the chart has no room for
	Rows    []tableRow
	Pivot   *pivotPage
}

// tile asks for what a tile shows.
func (q *request) tile(of station.Tile) shownTile {
	t := shownTile{Tile: of}
	values, err := url.ParseQuery(of.Query)
	switch {
	case of.Gone:
		t.Problem = "它所依据的视图已被删除"
		return t
	case err != nil || of.List != "" && !slices.Contains(tableNames(), of.List):
		t.Problem = "它所依据的视图已不能用"
		return t
	}
	pattern := "/{$}"
	if of.List != "" {
		pattern = "/" + of.List
		t.Path = string(query(pattern)) + "?" + of.Query
		values.Set("size", fmt.Sprint(pageSizes()[0]))
		if of.List == "review" {
			values.Set("as", "table")
			t.Path += "&as=table"
		}
	}
	ctx, cancel := context.WithTimeout(q.ctx, tileBudget)
	defer cancel()
	found, err := q.pageWithin(ctx, pattern, values)
	var f *fault
	var known *chaping.Error
	switch {
	case errors.As(err, &f):
		t.Problem, t.Path = f.problem, ""
		return t
	case err != nil && ctx.Err() != nil:
		t.Problem = fmt.Sprintf("%d 秒没有算完", int(tileBudget.Seconds()))
		return t
	case errors.As(err, &known):
		t.Problem = known.Message
		return t
	case err != nil:
		q.Log.ErrorContext(q.ctx, "tile", "list", of.List, "err", err)
		t.Problem = "没有算出来，管理员可以查日志"
		return t
	}
	t.take(found)
	return t
}

// take shows what a page has.
func (t *shownTile) take(found *inside) {
	if found.page == "loading" {
		t.Loading = true
		return
	}
	if t.List == "" {
		var all []kpi
		switch page := found.data.(type) {
		case dashboardPage:
			all = page.KPIs
		case homePage:
			all = page.KPIs
		}
		i := slices.IndexFunc(all, func(k kpi) bool { return k.key == t.Figure })
		if i < 0 {
			t.Problem = "您的首页没有这个数字，或还没有数据"
			return
		}
		t.KPI, t.Path = &all[i], all[i].Path
		return
	}
	if t.Table = found.table; t.Table == nil {
		t.Problem = "这一页现在没有表"
		return
	}
	t.Heads = t.room(t.Table.Heads)
	t.Rows = t.Table.Rows[:min(len(t.Table.Rows), tileRows)]
	if page, is := found.data.(pivotPage); is {
		t.Pivot = &page
		if rows := &page.Drawn.Rows; !page.Query.Rows.IsTime() && len(*rows) > tileLines {
			t.Left = len(page.Pivot.Rows) - tileLines
			*rows = (*rows)[:tileLines]
		}
	}
}

// room are the columns that a tile has room for, in their order: the first, the
// one that it is sorted by, and those after the first.
func (t *shownTile) room(heads []*shownColumn) []*shownColumn {
	most := tileHeads * t.Width
	if len(heads) <= most {
		return heads
	}
	list := slices.Clone(heads[:most])
	sorted := slices.IndexFunc(heads, func(h *shownColumn) bool { return h.Key == strings.TrimPrefix(t.Table.Sort, "-") })
	if sorted >= most {
		list[most-1] = heads[sorted]
	}
	return list
}

// More is how many rows the table has besides those that are shown.
func (t *shownTile) More() int { return t.Table.Total - len(t.Rows) }

// Shown are the cells of a row that there is room for.
func (t *shownTile) Shown(r tableRow) (cells []shownCell) {
	for _, c := range r.Cells {
		if slices.Contains(t.Heads, c.shownColumn) {
			cells = append(cells, c)
		}
	}
	return cells
}

// tilesPage is a dashboard.
type tilesPage struct {
	Dashboard station.Dashboard
	Tiles     []shownTile
	Own       bool
	Edit      bool
	Roles     []station.Role
	Views     []station.View // that tiles can be made of
	Lists     map[string]string
	Figures   []choice
	Shapes    []choice
	Widths    int
}

// dashboardView shows a dashboard.
func (q *request) dashboardView() error {
	d, tiles, err := q.Station.Dashboard(q.ctx, q.account, number(q.r.PathValue("id")))
	if err != nil {
		return err
	}
	page := tilesPage{Dashboard: d, Own: d.Account == q.account.ID, Roles: station.Roles(), Figures: tileFigures(), Shapes: tileShapes(),
		Lists: q.listNames(), Widths: station.MaxTileWidth}
	page.Edit = page.Own && (q.form("edit") != "" || len(tiles) == 0)
	page.Tiles = make([]shownTile, len(tiles))
	var all sync.WaitGroup
	faults := make([]error, len(tiles))
	room := make(chan struct{}, tilesBeing)
	for i := range tiles {
		all.Go(func() {
			room <- struct{}{}
			defer func() { <-room }()
			faults[i] = contained(func() error {
				page.Tiles[i] = q.tile(tiles[i])
				return nil
			})
		})
	}
	all.Wait()
	if err := errors.Join(faults...); err != nil {
		return err
	}
	if slices.ContainsFunc(page.Tiles, func(t shownTile) bool { return t.Loading }) && !page.Edit {
		q.w.Header().Set("Refresh", "3")
	}
	if page.Edit {
		for _, list := range tableNames() {
			views, err := q.Station.Views(q.ctx, q.account.ID, list)
			if err != nil {
				return err
			}
			page.Views = append(page.Views, views...)
		}
	}
	return q.show(http.StatusOK, "tiles", d.Name, page)
}

// listNames are what the tables of saved views are called.
func (q *request) listNames() map[string]string {
	names := map[string]string{}
	for _, list := range tableNames() {
		for _, r := range q.routes {
			if r.method == http.MethodGet && r.pattern == "/"+list {
				names[list] = r.title
			}
		}
	}
	return names
}

type dashboardsPage struct {
	List  []station.Dashboard
	Own   int64 // the account
	Roles []station.Role
}

func (q *request) dashboards() error {
	list, err := q.Station.Dashboards(q.ctx, q.account)
	if err != nil {
		return err
	}
	return q.render("dashboards", dashboardsPage{List: list, Own: q.account.ID, Roles: station.Roles()})
}

// dashboardSave stores a new dashboard, or the name and roles of one.
func (q *request) dashboardSave() error {
	d := station.Dashboard{ID: number(q.r.PathValue("id")), Name: q.form("name")}
	var names []string
	for _, role := range q.list("roles") {
		d.Roles = append(d.Roles, station.Role(role))
		names = append(names, station.Role(role).Chinese())
	}
	q.act.Object = "看板“" + chaping.Shorten(d.Name, 40) + "”"
	q.act.Detail = "共享给：" + cmp.Or(strings.Join(names, "、"), "没有人")
	id, err := q.Station.PutDashboard(q.ctx, q.account.ID, d)
	if err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/dashboards/%d?edit=1", id), "看板已保存")
}

// ownDashboard names in the log the dashboard that the account changes.
func (q *request) ownDashboard() (id int64, err error) {
	id = number(q.r.PathValue("id"))
	list, err := q.Station.Dashboards(q.ctx, q.account)
	if err != nil {
		return 0, err
	}
	i := slices.IndexFunc(list, func(d station.Dashboard) bool { return d.ID == id && d.Account == q.account.ID })
	if i < 0 {
		return 0, &fault{http.StatusNotFound, "没有这个看板，或它是别人的", "只能改自己的看板；要改别人的，照样子自己建一个", nil}
	}
	q.act.Object = "看板“" + list[i].Name + "”"
	return id, nil
}

func (q *request) dashboardDelete() error {
	id, err := q.ownDashboard()
	if err != nil {
		return err
	}
	if err := q.Station.DeleteDashboard(q.ctx, q.account.ID, id); err != nil {
		return err
	}
	return q.redirect("/dashboards", "看板已删除")
}

// tileAdd puts a saved view or a figure on a dashboard.
func (q *request) tileAdd() error {
	id, err := q.ownDashboard()
	if err != nil {
		return err
	}
	t := station.Tile{Title: q.form("title"), Shape: station.TileShape(q.form("shape")), Width: int(number(q.form("width")))}
	kind, name, _ := strings.Cut(q.form("source"), ":")
	switch kind {
	case "figure":
		i := slices.IndexFunc(tileFigures(), func(c choice) bool { return c.Value == name })
		if i < 0 {
			return bad("没有这个数字", "从列表中选")
		}
		t.Figure, t.Shape, t.Title = name, station.TileNumber, cmp.Or(t.Title, tileFigures()[i].Name)
	case "view":
		t.View = number(name)
		list, found, err := q.viewOf(t.View)
		if err != nil {
			return err
		}
		if t.Shape == station.TileChart && list != "analysis" {
			return bad("只有“分析”的视图能画成图", "换成“表”或“数字”")
		}
		t.Title = cmp.Or(t.Title, found)
	default:
		return bad("没有选放什么", "从列表中选一个保存的视图或主要数字")
	}
	if err := q.Station.AddTile(q.ctx, q.account.ID, id, t); err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/dashboards/%d?edit=1", id), "已放上“"+t.Title+"”")
}

// viewOf is a view of the account: its table and name.
func (q *request) viewOf(id int64) (list, name string, err error) {
	for _, list := range tableNames() {
		views, err := q.Station.Views(q.ctx, q.account.ID, list)
		if err != nil {
			return "", "", err
		}
		for _, v := range views {
			if v.ID == id {
				return list, v.Name, nil
			}
		}
	}
	return "", "", bad("没有这个视图", "它可能已被删除；从列表中另选一个")
}

// tileMove moves or sizes a tile, or takes it away.
func (q *request) tileMove() error {
	id, err := q.ownDashboard()
	if err != nil {
		return err
	}
	tile := number(q.r.PathValue("tile"))
	if err := q.Station.MoveTile(q.ctx, q.account.ID, id, tile, q.form("do")); err != nil {
		return err
	}
	return q.redirect(fmt.Sprintf("/dashboards/%d?edit=1#tile-%d", id, tile), "")
}
