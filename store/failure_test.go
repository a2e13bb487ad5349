package store_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

// randomReviews do not compress.
func randomReviews(n int) []chaping.Review {
	rnd := rand.New(rand.NewPCG(1, 2))
	var list []chaping.Review
	for i := range n {
		r := aReview()
		var text strings.Builder
		for range 40 {
			text.WriteRune(rune(0x4e00 + rnd.IntN(20_000)))
		}
		r.ID, r.Text = fmt.Sprint(i), text.String()
		list = append(list, r)
	}
	return list
}

// TestDiskFull: an insert that finds no room is refused with words for people;
// what was stored before stays, and the same batch goes in when there is room.
func TestDiskFull(t *testing.T) {
	first, rest := randomReviews(20_000)[:1000], randomReviews(20_000)[1000:]
	check := func(t *testing.T, s *store.Store, full func(put func() error) error) {
		t.Helper()
		if err := s.PutReviews(ctx, first); err != nil {
			t.Fatal(err)
		}
		err := full(func() error { return s.PutReviews(ctx, rest) })
		wantError(t, err, chaping.CodeEnvironment, "磁盘空间不足", "清出空间")
		if store.Away(err) {
			t.Error("a full disk does not pass by itself: batches must not be spooled for it")
		}
		for _, want := range []int{len(first), len(first) + len(rest)} {
			if n, err := s.ReviewCount(ctx); err != nil || n != uint64(want) {
				t.Errorf("%d reviews, %v; want %d", n, err, want)
			}
			if err := s.PutReviews(ctx, rest); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Run("embedded", func(t *testing.T) {
		s := storetest.Open(t, storetest.Embedded(t))
		var least string // that must be free, whatever the disk has
		if err := s.Conn().QueryRow(ctx, "SELECT value FROM system.settings WHERE name = 'min_free_disk_bytes_to_perform_insert'").Scan(&least); err != nil || least != "268435456" {
			t.Errorf("%s, %v", least, err)
		}
		check(t, s, func(func() error) error {
			never := clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{"min_free_disk_bytes_to_perform_insert": 1 << 60}))
			return s.PutReviews(never, rest)
		})
	})
	t.Run("server", func(t *testing.T) {
		server := storetest.StartServer(t)
		check(t, storetest.Open(t, server.Database(t)), func(put func() error) error {
			server.LimitFiles(t, 256<<10)
			defer server.LimitFiles(t, -1)
			return put()
		})
	})
}

// TestClockSkew opens a server with clocks of ours that differ from its own.
func TestClockSkew(t *testing.T) {
	t.Parallel()
	cfg := storetest.StartServer(t).Database(t)
	for skew, want := range map[time.Duration]bool{0: false, 2 * time.Minute: false, -2 * time.Minute: false, 10 * time.Minute: true, -10 * time.Minute: true} {
		told := ""
		cfg.Now = func() time.Time { return time.Now().Add(skew) }
		cfg.Tell = func(m string) { told += m }
		s, err := store.Open(ctx, cfg)
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		if (told != "") != want {
			t.Errorf("%v: told %q", skew, told)
		}
		if want && (!strings.Contains(told, "校准时钟") || strings.Contains(told, storetest.Password)) {
			t.Errorf("%v: told %q", skew, told)
		}
	}
}

// TestServerGone stops the server under an open store: reading and writing say
// that it is away, and both go on with the same store when it is back.
func TestServerGone(t *testing.T) {
	t.Parallel()
	server := storetest.StartServer(t)
	s := storetest.Open(t, server.Database(t))
	put := func() error { return s.PutReviews(ctx, []chaping.Review{aReview()}) }
	if err := put(); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	for range 2 {
		err := put()
		wantError(t, err, chaping.CodeEnvironment, "暂时不可用", "从中断处继续")
		if !store.Away(err) || s.Lost(err) {
			t.Errorf("away %v, lost %v", store.Away(err), s.Lost(err))
		}
		if strings.Contains(err.Error(), storetest.Password) {
			t.Errorf("password in: %v", err)
		}
	}
	server.Start(t)
	if err := put(); err != nil {
		t.Fatal(err)
	}
	if n, err := s.ReviewCount(ctx); err != nil || n != 1 {
		t.Errorf("%d reviews, %v", n, err)
	}
}
