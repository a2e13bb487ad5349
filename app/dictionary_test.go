package app

import (
	"slices"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// Stations of one portal share a miner until they edit their terms.
func TestVocabularyIsShared(t *testing.T) {
	open := func() *App {
		a := New(Config{Dir: t.TempDir(), Now: time.Now})
		t.Cleanup(func() { a.Close() })
		return a
	}
	vocabulary := func(a *App) Vocabulary {
		v, err := a.Vocabulary(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	one, two := open(), open()
	if a, b := vocabulary(one), vocabulary(two); a.Miner != b.Miner {
		t.Error("two stations without edits have a miner each")
	}
	db, err := one.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	edit := station.TermEdit{Name: "乌拉乌拉乱晃", Hazard: "mechanical", Severity: 2}
	if _, err := db.PutLexicon(t.Context(), 0, "li", "", []station.TermEdit{edit}); err != nil {
		t.Fatal(err)
	}
	finds := func(a *App) bool {
		mentions := vocabulary(a).Mine(nil, "一开机就"+edit.Name)
		return slices.ContainsFunc(mentions, func(m chaping.Mention) bool { return m.Term == edit.Name })
	}
	if !finds(one) || finds(two) {
		t.Error("a station's own term: it must find it and another must not")
	}
}
