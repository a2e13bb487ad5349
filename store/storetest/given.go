package storetest

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping/store"
)

// GivenVariable is the environment variable that names a place to test: the
// address of a server or a cluster, or "embedded".
const GivenVariable = "CHAPING_CHECK_STORE"

// A Given is a place that somebody else runs.
type Given struct {
	address *url.URL // nil: embedded
	cluster string
	next    int
}

// TakeGiven is the place that the environment names. Without one the test is
// skipped, also with CI=true: nothing is missing then.
func TakeGiven(t testing.TB) *Given {
	t.Helper()
	dsn := os.Getenv(GivenVariable)
	switch dsn {
	case "":
		t.Skip(GivenVariable + " is not set; see scripts/cluster-check.sh")
	case "embedded":
		return &Given{}
	}
	u, err := url.Parse(dsn)
	if err != nil || u.Scheme != "clickhouse" || u.Host == "" {
		t.Fatalf("%s is no address of a store", GivenVariable) // which may hold a password
	}
	return &Given{address: u, cluster: u.Query().Get("cluster")}
}

// Fresh is the configuration of a fresh store in a database of its own, which is
// dropped at the end of the test.
func (g *Given) Fresh(t testing.TB) store.Config {
	t.Helper()
	if g.address == nil {
		return Embedded(t)
	}
	g.next++
	name := fmt.Sprintf("chaping_check_%d_%d", os.Getpid(), g.next)
	g.exec(t, "CREATE DATABASE "+name)
	t.Cleanup(func() { g.exec(t, "DROP DATABASE IF EXISTS "+name) })
	u := *g.address
	u.Path = "/" + name
	return store.Config{DSN: u.String()}
}

// exec runs a statement on a database on all servers.
func (g *Given) exec(t testing.TB, statement string) {
	t.Helper()
	u := *g.address
	q := u.Query()
	q.Del("cluster")
	u.RawQuery = q.Encode()
	u.Path = "/" + cmp.Or(strings.Trim(u.Path, "/"), "default")
	opts, err := clickhouse.ParseDSN(u.String())
	if err != nil {
		t.Fatalf("%s is no address of a store", GivenVariable)
	}
	conn, err := clickhouse.Open(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if g.cluster != "" {
		statement += " ON CLUSTER " + g.cluster
	}
	if err := conn.Exec(context.Background(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
