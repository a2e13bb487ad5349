package app

import (
	"fmt"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"

	"chaping/station"
)

// A site profile of the data directory is checked as "site check" does, and
// one that is switched off is not collected.
func TestSites(t *testing.T) {
	a := New(Config{Dir: t.TempDir(), Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	if err := os.Mkdir(a.Path("sites"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"good": "extends: mall\nbase: http://127.0.0.1:1\n", "bad": "extends: mall\nbase: http://li:secret@127.0.0.1:1\nnonsense: 2\n"} {
		if err := os.WriteFile(a.Path("sites", name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, s := range a.CheckSites() {
		seen[s.Name] = true
		faults := fmt.Sprint(s.Faults)
		if (len(s.Faults) > 0) != (s.Name == "bad") || s.Own != (s.Name == "good" || s.Name == "bad") || strings.Contains(s.Base+faults, "secret") || strings.Contains(faults, a.Dir) {
			t.Errorf("%+v", s)
		}
		if (s.Refusal != nil) != (s.Name == "jd" || s.Name == "tmall") {
			t.Errorf("%+v", s)
		}
	}
	if !seen["good"] || !seen["bad"] || !seen["mall"] {
		t.Errorf("%v", seen)
	}
	d, err := a.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.siteAllowed(t.Context(), a.ownSite("good")); err != nil {
		t.Error(err)
	}
	if _, err := d.PutSettings(t.Context(), station.Settings{SitesOff: []string{"good"}, PageDays: 10}); err != nil {
		t.Fatal(err)
	}
	if err := a.siteAllowed(t.Context(), a.ownSite("good")); err == nil || !strings.Contains(err.Error(), "已停用") {
		t.Error(err)
	}
	if r, err := a.retention(t.Context()); err != nil || r.Loose != 240*time.Hour || r.Pinned != DefaultRetention().Pinned || r.Bytes != DefaultRetention().Bytes {
		t.Errorf("%+v %v", r, err)
	}
}
