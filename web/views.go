package web

import (
	"net/url"
	"slices"

	"chaping"
	"chaping/station"
)

// tableNames are the tables of which views can be saved.
func tableNames() []string {
	return []string{
		"products",
		"lexicon",
		"board",
		"inbox",
		"review",
		"cases",
		"audit",
		"runs",
		"sheets",
		"submissions",
		"analysis",
	}
}

// viewSave saves what the address of a table says under a name.
func (q *request) viewSave() error {
	v := station.View{List: q.form("list"), Name: q.form("name"), Query: q.form("query")}
	if !slices.Contains(tableNames(), v.List) {
		return bad("没有列表“"+chaping.Shorten(v.List, 20)+"”", "回到列表再保存")
	}
	if _, err := url.ParseQuery(v.Query); err != nil {
		return bad("视图的条件无法识别", "回到列表再保存")
	}
	if err := q.Station.SaveView(q.ctx, q.account.ID, v); err != nil {
		return err
	}
	return q.redirect(q.back("/"), "视图“"+v.Name+"”已保存")
}

// viewDelete deletes one of the account's views.
func (q *request) viewDelete() error {
	if err := q.Station.DeleteView(q.ctx, q.account.ID, number(q.r.PathValue("id"))); err != nil {
		return err
	}
	return q.redirect(q.back("/"), "视图已删除")
}
