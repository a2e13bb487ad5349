package app

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/nlp/reader"
	"chaping/store/storetest"
)

// TestReadSecond asks within the budget, never the same twice, survives a service
// that is away or talks nonsense, reports agreement, and decides only where the
// configuration says so.
func TestReadSecond(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	texts := []string{"水壶用了三天就漏电", "贴纸上印着漏电两个字", "水壶漏电，吓坏了", "贴纸上印着漏电两个字", "壶底漏电，退了", "没有漏电"}
	var reviews []chaping.Review
	for i, text := range texts {
		reviews = append(reviews, chaping.Review{
			Platform: "mall", Product: "A", ID: fmt.Sprint(i), Text: text, Published: now.AddDate(0, 0, -5), Rating: 1,
			Grade: chaping.Negative, Rule: chaping.Stars().String(), Collected: now, Run: "r",
		})
	}
	if err := s.PutReviews(t.Context(), reviews); err != nil {
		t.Fatal(err)
	}
	if err := s.PutListings(t.Context(), []chaping.Listing{
		{Keyword: "壶", SeenAt: now, Product: chaping.Product{Platform: "mall", ID: "A", Name: "壶"}},
	}); err != nil {
		t.Fatal(err)
	}
	a := New(Config{Dir: t.TempDir(), Opened: s, Now: func() time.Time { return now }})
	t.Cleanup(func() { _ = a.Close() })
	period := chaping.Period{Year: 2026, Month: time.December}
	if w := period.Window(); !w.Contains(reviews[0].Published) {
		period = chaping.Period{Year: 2026, Month: time.November}
	}
	m := miner(t, "漏电")

	var asked, away atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		if away.Load() != 0 {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		asked.Add(1)
		body, _ := io.ReadAll(req.Body)
		content := `{"verdict":"affirmed","reason":"说漏电"}`
		switch {
		case strings.Contains(string(body), "贴纸"):
			content = `{"verdict":"other","reason":"是印的字"}`
		case strings.Contains(string(body), "退了"):
			content = "我不确定"
		}
		answer := map[string]any{"choices": []any{map[string]any{"message": map[string]string{"content": content}}}}
		if err := json.NewEncoder(w).Encode(answer); err != nil {
			t.Error(err)
		}
	}))
	t.Cleanup(server.Close)
	config := reader.Config{URL: server.URL, Model: "m", Margin: 100, Budget: 2, Timeout: time.Minute}
	read := func() *SecondReading {
		t.Helper()
		p, err := a.Pipeline(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		out, err := a.ReadSecond(t.Context(), p, period, &reader.Reader{
			Config: config, Wait: func(context.Context, time.Duration) error { return nil },
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	negative := func() (n uint64, definitions string) {
		t.Helper()
		p, err := a.Pipeline(t.Context(), m, nil)
		if err != nil {
			t.Fatal(err)
		}
		sheet, _, err := p.PlatformSheet(t.Context(), period, SheetOptions{})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range sheet.Rows {
			n += r.NegativeReviews
		}
		return n, fmt.Sprint(sheet.Definitions())
	}

	if _, err := a.ReadSecond(t.Context(), nil, period, nil); err == nil ||
		!strings.Contains(chaping.Explain(err, nil), "没有配置第二读者") {
		t.Error(err)
	}
	away.Store(1)
	if out := read(); out.Problem == "" || out.Asked != 0 || out.Left != 5 || out.Doubtful != 5 {
		t.Errorf("away: %+v", out)
	}
	away.Store(0)
	// Two of the five have the same text: what is asked of one is known of the other.
	total := SecondReading{}
	for range 3 {
		out := read()
		if out.Asked > 2 || out.Asked+out.Known+out.Left != 5 {
			t.Errorf("%+v", out)
		}
		total.Asked, total.NoAnswer, total.Against, total.Left = total.Asked+out.Asked, total.NoAnswer+out.NoAnswer, out.Against, out.Left
	}
	if total.Asked != 4 || asked.Load() != 4 || total.NoAnswer != 1 || total.Against != 2 || total.Left != 0 {
		t.Errorf("%+v, asked %d times", total, asked.Load())
	}
	if before, definitions := negative(); before != 5 || strings.Contains(definitions, "第二读者") {
		t.Errorf("%d rows count, %s", before, definitions)
	}

	// It decides only where the configuration says so, and never over a person.
	key := func(i int) chaping.Judged { return chaping.Judged{Review: reviews[i].Key(), Term: "漏电"} }
	d, err := a.Station(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for i, verdict := range map[int]chaping.Verdict{0: chaping.Confirmed, 1: chaping.Confirmed} {
		if err := d.Judge(t.Context(), chaping.Judgement{Review: key(i).Review, Term: "漏电", Verdict: verdict, By: "李四"}); err != nil {
			t.Fatal(err)
		}
	}
	if out := read(); out.Agreement != (Agreement{BothConfirm: 1, ReaderRejects: 1}) || out.Against != 1 {
		t.Errorf("%+v", out)
	}
	file := fmt.Sprintf("url: %s\nmodel: m\ndecides: true\n", server.URL)
	if err := os.WriteFile(a.Path(ReaderFile), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, definitions := negative(); n != 4 || !strings.Contains(definitions, "语言模型 m 判为不成立") {
		t.Errorf("%d rows count, %s", n, definitions)
	}
	if err := os.WriteFile(a.Path(ReaderFile), []byte(strings.ReplaceAll(file, "true", "false")), 0o600); err != nil {
		t.Fatal(err)
	}
	if n, _ := negative(); n != 5 {
		t.Errorf("%d rows count after it was switched off", n)
	}
}
