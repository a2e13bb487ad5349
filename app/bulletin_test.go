package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// What the centre issues goes to its own channels and to those of whom it is for;
// a channel that does not want bulletins gets none.
func TestIssue(t *testing.T) {
	dir := t.TempDir()
	config := `channels:
  - {name: 中心, type: webhook, url: "https://hooks.example.com/a"}
  - {name: 甲站, type: webhook, url: "https://hooks.example.com/b", station: "1"}
  - {name: 乙站, type: webhook, url: "https://hooks.example.com/c", station: "2"}
  - {name: 只要失败, type: webhook, url: "https://hooks.example.com/d", events: [failure]}
`
	if err := os.WriteFile(filepath.Join(dir, "notify.yaml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	a := New(Config{Dir: dir, Now: func() time.Time { return time.Date(2026, 11, 26, 9, 0, 0, 0, chaping.Shanghai()) }, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	d, err := a.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range []station.Bulletin{
		{Who: "张三", Kind: station.Feedback, Station: 1, Title: "给甲站", Content: "请补充"},
		{Who: "张三", Kind: station.General, Title: "给所有站", Content: "注意电热毯"},
		{Who: "张三", Kind: station.General, Title: "", Content: "没有标题的不发"},
	} {
		if _, err := a.Issue(t.Context(), b); (err == nil) != (b.Title != "") {
			t.Fatal(b.Title, err)
		}
	}
	list, err := d.Outbox(t.Context(), true, 100)
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]int{}
	for _, m := range list {
		got[m.Channel+" "+m.Subject]++
	}
	want := []string{"中心 反馈：给甲站", "甲站 反馈：给甲站", "中心 通报：给所有站", "甲站 通报：给所有站", "乙站 通报：给所有站"}
	for _, w := range want {
		if got[w] != 1 {
			t.Errorf("%s: %d times", w, got[w])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
}
