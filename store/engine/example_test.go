package engine_test

import (
	"context"
	"fmt"
	"log"
	"net/http"
	"os"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping/store/engine"
)

// The engine stands where the driver's HTTP transport would: no server runs,
// no port is open. Where there is no engine library the example does not run.
func Example() {
	dir, err := os.MkdirTemp("", "engine")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	e, err := engine.Open(ctx, dir, "shop")
	if err != nil {
		log.Fatal(err)
	}
	defer e.Close()
	db, err := clickhouse.Open(&clickhouse.Options{
		Protocol:      clickhouse.HTTP,
		Addr:          []string{"embedded"}, // named in errors; never dialled
		Auth:          clickhouse.Auth{Database: "shop"},
		TransportFunc: func(*http.Transport) (http.RoundTripper, error) { return e, nil },
	})
	if err != nil {
		log.Fatal(err)
	}
	defer db.Close()
	var n uint64
	if err := db.QueryRow(ctx, "SELECT sum(number) FROM numbers(5)").Scan(&n); err != nil {
		log.Fatal(err)
	}
	fmt.Println(n)
	// Output: 10
}
