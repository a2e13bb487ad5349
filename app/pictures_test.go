package app

import (
	"bytes"
	"errors"
	"image"
	_ "image/jpeg"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/demo/mall"
	"chaping/nlp"
	"chaping/store"
	"chaping/store/storetest"
)

// Pictures of severe reviews are fetched once, kept as they came, and shown drawn
// anew; what may not be fetched, or is no picture, is told beside the sentence.
func TestKeepPictures(t *testing.T) {
	ctx := t.Context()
	var asked atomic.Int64
	var told atomic.Int64
	beside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { told.Add(1) })) // another service of the machine
	defer beside.Close()
	shop := mall.New(mall.Config{Seed: 5, Products: 12, ReviewsPerProduct: 60})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/media/script.svg":
			_, _ = w.Write([]byte(`<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`))
			return
		case r.URL.Path == "/media/away.jpg":
			http.Redirect(w, r, beside.URL+"/secret.jpg", http.StatusFound)
			return
		case strings.HasPrefix(r.URL.Path, "/media/"):
			asked.Add(1)
		}
		shop.ServeHTTP(w, r)
	}))
	defer server.Close()
	// Collecting goes by the clock; then no picture waits for the one before.
	var collected atomic.Bool
	var ticks atomic.Int64
	clock := func() time.Time {
		if collected.Load() {
			ticks.Add(1)
		}
		return now.Add(time.Duration(ticks.Load()) * 2 * time.Second)
	}
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: clock, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	err := os.MkdirAll(a.Path("sites"), 0o700)
	if err == nil {
		err = os.WriteFile(a.Path("sites", "shop.yaml"), []byte("extends: mall\nbase: "+server.URL+"\npoliteness: {delay: 0s}\n"), 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	period := chaping.Period{Year: 2026, Month: time.November}
	watch := chaping.Watch{Name: "w", Keywords: shop.Keywords(), Sources: []string{"shop"}}
	if _, err := a.Collect(ctx, CollectRequest{Watch: watch, Period: period}, nil); err != nil {
		t.Fatal(err)
	}
	collected.Store(true)
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	pipe, err := a.Pipeline(ctx, miner, nil)
	if err != nil {
		t.Fatal(err)
	}
	mine := func() store.Edition {
		t.Helper()
		e, _, err := pipe.edition(ctx, period, false)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	e := mine()
	wanted, err := pipe.severePictures(ctx, e)
	if err != nil || len(wanted) < 5 {
		t.Fatalf("%d pictures of severe reviews, %v", len(wanted), err)
	}
	kept, err := a.KeepPictures(ctx, pipe, period, nil)
	if err != nil || kept.Kept != len(wanted) || kept.Failed != 0 || int(asked.Load()) != len(wanted) {
		t.Fatalf("%+v of %d, %d asked for: %v", kept, len(wanted), asked.Load(), err)
	}
	if again, err := a.KeepPictures(ctx, pipe, period, nil); err != nil || again != (KeptPictures{}) || int(asked.Load()) != len(wanted) {
		t.Errorf("again: %+v, %d asked for: %v", again, asked.Load(), err)
	}

	// What an import says may be anything.
	bad := map[string]string{
		"http://127.0.0.1:1/private.jpg": "内网", // the shop's machine, but not the shop
		server.URL + "/media/script.svg": "不是 JPEG",
		server.URL + "/media/none.txt":   "404",
		server.URL + "/media/away.jpg":   "不在站点配置允许的范围内",
	}
	var list []chaping.Medium
	for address := range bad {
		list = append(list, chaping.Medium{URL: address})
	}
	list = append(list, chaping.Medium{URL: "https://video.example/1", Video: true})
	review := chaping.Review{Platform: "mall", Product: "A", ID: "1", Text: "用了三天就漏电，电到我了", Rating: 1, Grade: chaping.Negative,
		Published: time.Date(2026, 11, 1, 0, 0, 0, 0, chaping.Shanghai()), Media: chaping.JoinMedia(list)}
	if err := pipe.Store.PutReviews(ctx, []chaping.Review{review}); err != nil {
		t.Fatal(err)
	}
	mine()
	if kept, err = a.KeepPictures(ctx, pipe, period, nil); err != nil || kept.Failed != len(bad) || kept.Kept != 0 {
		t.Fatalf("%+v, %v", kept, err)
	}
	if told.Load() != 0 {
		t.Error("the shop has led to another service of its machine")
	}
	media, err := a.Media(ctx, []chaping.ReviewKey{review.Key()})
	if err != nil || len(media[review.Key()]) != len(list) {
		t.Fatalf("%+v %v", media, err)
	}
	for _, m := range media[review.Key()] {
		if m.ID != "" || !m.Video && (bad[m.URL] == "" || !strings.Contains(m.Problem, bad[m.URL])) {
			t.Errorf("%+v", m)
		}
	}

	// They are shown anew, small and large.
	evidence, err := a.Evidence(ctx)
	if err != nil {
		t.Fatal(err)
	}
	known, err := evidence.Pictures(ctx, wanted)
	if err != nil || len(known) != len(wanted) {
		t.Fatalf("%d of %d, %v", len(known), len(wanted), err)
	}
	for small, width := range map[bool]int{true: 240, false: 640} {
		body, err := a.Picture(ctx, known[wanted[0]].ID, small)
		if err != nil {
			t.Fatal(err)
		}
		if c, kind, err := image.DecodeConfig(bytes.NewReader(body)); err != nil || kind != "jpeg" || c.Width != width {
			t.Errorf("%s %+v %v", kind, c, err)
		}
	}
	for _, id := range []string{"", "../x", strings.Repeat("0", 64)} {
		var told *chaping.Error
		if _, err := a.Picture(ctx, id, true); !errors.As(err, &told) || told.Code != chaping.CodeInput {
			t.Errorf("%q: %v", id, err)
		}
	}

	// They go when evidence goes.
	if _, err := evidence.Prune(ctx, now.AddDate(4, 0, 0), DefaultRetention()); err != nil {
		t.Fatal(err)
	}
	if known, err = evidence.Pictures(ctx, wanted); err != nil || len(known) != 0 {
		t.Errorf("%d are left, %v", len(known), err)
	}
	if _, err := a.Picture(ctx, wanted[0], true); err == nil {
		t.Error("a picture is left")
	}
}
