package engine_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/driver"

	"chaping/store/engine"
)

func open(t testing.TB, dir string) (*engine.Engine, driver.Conn) {
	t.Helper()
	e, err := engine.Open(context.Background(), dir, "test")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	db, err := clickhouse.Open(&clickhouse.Options{
		Protocol:      clickhouse.HTTP,
		Addr:          []string{"engine"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return e, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return e, db
}

func TestRoundTrip(t *testing.T) {
	ctx := context.Background()
	_, db := open(t, t.TempDir())
	if err := db.Exec(ctx, "CREATE TABLE t (a UInt64, s String, d DateTime('Asia/Shanghai')) ENGINE = MergeTree ORDER BY a"); err != nil {
		t.Fatal(err)
	}
	b, err := db.PrepareBatch(ctx, "INSERT INTO t (a, s, d)")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 100_000 {
		if err := b.Append(uint64(i), "轮子\x00\xff", time.Unix(int64(i), 0)); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Send(); err != nil {
		t.Fatal(err)
	}
	rows, err := db.Query(ctx, "SELECT a, s FROM t")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for rows.Next() {
		var a uint64
		var s string
		if err := rows.Scan(&a, &s); err != nil {
			t.Fatal(err)
		}
		if s != "轮子\x00\xff" {
			t.Fatalf("%q", s)
		}
		n++
	}
	if err := rows.Err(); err != nil || n != 100_000 {
		t.Fatal(n, err)
	}
}
