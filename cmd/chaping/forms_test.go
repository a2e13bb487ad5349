package main

import (
	"testing"
	"time"

	"chaping/report"
	"chaping/station"
)

// TestAnnualStation: the installation's own station stands on its report,
// unless another is named.
func TestAnnualStation(t *testing.T) {
	p := &program{dataDir: t.TempDir(), now: time.Now, err: testWriter{t}}
	openApp(t, p)
	var home station.Station
	err := p.withStation(t.Context(), func(d *station.DB) error {
		link, err := d.FirstLink(t.Context())
		if err == nil {
			_, err = d.SetUp(t.Context(), link, station.Start{Account: station.Account{Name: "zhang"}, Password: testPassword, Station: 10})
		}
		if err == nil {
			home, _, err = d.Home(t.Context())
		}
		return err
	})
	if err != nil || home.Name == "" {
		t.Fatalf("%+v %v", home, err)
	}
	for given, want := range map[string]string{"": home.Name, "别的站": "别的站"} {
		a := &report.Annual{Year: 2026, Station: given}
		if err := p.app.HandedIn(t.Context(), a, 0); err != nil || a.Station != want {
			t.Errorf("%q: %q, %v; want %q", given, a.Station, err, want)
		}
	}
}
