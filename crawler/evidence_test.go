package crawler_test

import (
	"bytes"
	"net/http/httptest"
	"testing"

	"chaping"
	"chaping/crawler"
	"chaping/evidence"
)

// Every page on which reviews of the window were found is kept as it came,
// and found by its reviews; other pages are not.
func TestEvidenceIsKept(t *testing.T) {
	s := newSite()
	gbk := toGBK(`{"total":1,"list":[{"id":"2-0","stars":1,"text":"底座漏电","at":"2026-11-20 10:00:00"}]}`)
	s["/r?item=2&p=1"] = say("application/json; charset=gbk", gbk)
	server := httptest.NewServer(s)
	defer server.Close()
	p, err := loadProfile(t, smallProfile).WithBase(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := evidence.Open(t.Context(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	defer kept.Close()
	clk, sink := &clock{t: end}, newSink()
	_, err = crawler.Collect(t.Context(), crawler.Job{Profile: p, Watch: chaping.Watch{Keywords: []string{"壶"}}, Window: chaping.PeriodOf(end.Add(-1)).Window(), Run: "r"},
		crawler.Options{Sink: sink, Evidence: kept, Now: clk.Now, Sleep: clk.Sleep})
	if err != nil {
		t.Fatal(err)
	}
	all, err := kept.List(t.Context(), evidence.Filter{})
	if err != nil || len(all) != 3 {
		t.Fatalf("%d pages are kept: %+v, %v", len(all), all, err)
	}
	found, err := kept.List(t.Context(), evidence.Filter{Review: chaping.ReviewKey{Platform: "small", Product: "2", Review: "2-0"}})
	if err != nil || len(found) != 1 || found[0].URL != server.URL+"/r?item=2&p=1" || !found[0].Fetched.Equal(end) {
		t.Fatalf("%+v, %v", found, err)
	}
	_, body, err := kept.Get(t.Context(), found[0].ID)
	if err != nil || !bytes.Equal(body, gbk) {
		t.Errorf("%q, %v", body, err)
	}
	if text := crawler.Text(body, found[0].Type); !bytes.Contains([]byte(text), []byte("底座漏电")) {
		t.Errorf("it reads %q", text)
	}
}
