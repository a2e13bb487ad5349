package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping"
	"chaping/station"
)

// The times of the schedule are changed in the operator's file, which keeps
// its comments and everything else.
func TestReschedule(t *testing.T) {
	p := &program{dataDir: t.TempDir(), now: func() time.Time { return time.Date(2026, time.November, 25, 9, 0, 0, 0, chaping.Shanghai()) }, err: testWriter{t}}
	openApp(t, p)
	for _, cron := range []string{"30 1 25 * *", "30 2 25 * *"} {
		if err := p.reschedule("月报", cron); err != nil {
			t.Fatal(err)
		}
		jobs, err := p.scheduled()
		if err != nil || len(jobs) != 4 || jobs[0].Cron != cron || jobs[1].Cron != "0 3 * * *" || len(jobs[0].Format) != 4 {
			t.Fatalf("%+v %v", jobs, err)
		}
	}
	data, err := os.ReadFile(filepath.Join(p.dataDir, "schedule.yaml"))
	if err != nil || !strings.Contains(string(data), "# 停机错过的 monthly 逐期补做") {
		t.Errorf("%s %v", data, err)
	}
	for _, bad := range [][2]string{{"月报", "每天"}, {"没有", "0 3 * * *"}, {"月报", "0 3 * * *\n  - x"}} {
		if err := p.reschedule(bad[0], bad[1]); err == nil {
			t.Errorf("%q was taken", bad)
		}
	}
	plans, err := p.plans(t.Context())
	if err != nil || plans[0].Next.Format(time.DateTime) != "2026-12-25 02:30:00" || plans[0].Last != nil {
		t.Errorf("%+v %v", plans, err)
	}
}

// A site profile of the data directory is checked as "site check" does, and
// one that is switched off is not collected.
func TestSites(t *testing.T) {
	p := &program{dataDir: t.TempDir(), now: time.Now, err: testWriter{t}}
	openApp(t, p)
	if err := os.Mkdir(filepath.Join(p.dataDir, "sites"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"good": "extends: mall\nbase: http://127.0.0.1:1\n", "bad": "extends: mall\nbase: http://li:secret@127.0.0.1:1\nnonsense: 2\n"} {
		if err := os.WriteFile(filepath.Join(p.dataDir, "sites", name+".yaml"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	seen := map[string]bool{}
	for _, s := range p.checkedSites() {
		seen[s.Name] = true
		if (len(s.Problems) > 0) != (s.Name == "bad") || s.Own != (s.Name == "good" || s.Name == "bad") || strings.Contains(s.Base+strings.Join(s.Problems, ""), "secret") || strings.Contains(strings.Join(s.Problems, ""), p.dataDir) {
			t.Errorf("%+v", s)
		}
		if (s.Needs != "") != (s.Name == "jd" || s.Name == "tmall") {
			t.Errorf("%+v", s)
		}
	}
	if !seen["good"] || !seen["bad"] || !seen["mall"] {
		t.Errorf("%v", seen)
	}
	d, err := station.Open(t.Context(), p.dataDir, p.now)
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	if err := p.siteAllowed(t.Context(), p.ownSite("good")); err != nil {
		t.Error(err)
	}
	if _, err := d.PutSettings(t.Context(), station.Settings{SitesOff: []string{"good"}, PageDays: 10}); err != nil {
		t.Fatal(err)
	}
	if err := p.siteAllowed(t.Context(), p.ownSite("good")); err == nil || !strings.Contains(err.Error(), "已停用") {
		t.Error(err)
	}
	if r, err := p.retention(t.Context()); err != nil || r.Loose != 240*time.Hour || r.Pinned != defaultRetention.Pinned || r.Bytes != defaultRetention.Bytes {
		t.Errorf("%+v %v", r, err)
	}
}
