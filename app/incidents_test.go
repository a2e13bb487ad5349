package app

import (
	"encoding/json"
	"log/slog"
	"testing"
	"time"

	"chaping"
	"chaping/station"
	"chaping/store/storetest"
)

// With the sample's reviews go the candidates that they had raised, and no
// others.
func TestRemovePlatform(t *testing.T) {
	now := time.Date(2026, time.November, 26, 9, 0, 0, 0, chaping.Shanghai())
	a := New(Config{
		Dir: storetest.Embedded(t).DataDir,
		Now: func() time.Time { return now },
		Log: slog.New(slog.DiscardHandler),
	})
	t.Cleanup(func() { a.Close() })
	d, err := a.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	candidates := map[string]json.RawMessage{
		"sample": json.RawMessage(`{"products":[{"platform":"mall","id":"1"}]}`),
		"both":   json.RawMessage(`{"products":[{"platform":"mall","id":"1"},{"platform":"jd","id":"2"}]}`),
		"own":    json.RawMessage(`{"products":[{"platform":"jd","id":"2"}]}`),
	}
	period := chaping.Period{Year: 2026, Month: time.November}
	nobody := func(station.Urgent) []station.Message { return nil }
	if _, err := d.Raise(t.Context(), period, 3, candidates, []string{"sample", "both", "own"}, nobody); err != nil {
		t.Fatal(err)
	}
	if err := a.RemovePlatform(t.Context(), "mall", "张三"); err != nil {
		t.Fatal(err)
	}
	open, err := d.Urgents(t.Context(), station.UrgentOpen)
	if err != nil || len(open) != 2 || open[0].Event != "own" || open[1].Event != "both" {
		t.Errorf("%+v %v", open, err)
	}
}
