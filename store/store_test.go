package store_test

import (
	"fmt"
	"testing"

	"chaping"
	"chaping/store"
	"chaping/store/storetest"
)

func TestEmbedded(t *testing.T) { storetest.Suite(t, storetest.Embedded) }

// TestSecondProcess works as a second process does: another one, here this
// one, owns the data directory.
func TestSecondProcess(t *testing.T) {
	storetest.Suite(t, func(t testing.TB) store.Config {
		cfg := storetest.Embedded(t)
		storetest.Open(t, cfg)
		return cfg
	})
}

func TestServer(t *testing.T) {
	server := storetest.StartServer(t)
	storetest.Suite(t, server.Database)
}

func TestCluster(t *testing.T) {
	cluster := storetest.StartCluster(t)
	storetest.Suite(t, cluster.Emptied)
}

// TestFewParts puts reviews of many months in no order: every month is a
// partition, and should still be touched by one insert only.
func TestFewParts(t *testing.T) {
	s := storetest.Open(t, storetest.Embedded(t))
	var list []chaping.Review
	for i := range 1300 {
		r := aReview()
		r.ID = fmt.Sprint(i)
		r.Published = r.Published.AddDate(0, -(i*37)%130, 0)
		list = append(list, r)
	}
	if err := s.PutReviews(ctx, list); err != nil {
		t.Fatal(err)
	}
	var parts, rows uint64
	err := s.Conn().QueryRow(ctx, `SELECT count(), toUInt64(sum(rows)) FROM system.parts
		WHERE database = currentDatabase() AND table = 'reviews'`).Scan(&parts, &rows)
	if err != nil || parts != 130 || rows != 1300 {
		t.Errorf("%d parts, %d rows, %v", parts, rows, err)
	}
}
