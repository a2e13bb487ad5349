package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"
	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"

	"chaping"
)

// TestReleasedMigrations: what a released file renders to on one server never
// changes, whatever the templates learn. A new file adds its line.
func TestReleasedMigrations(t *testing.T) {
	oldServer, newServer := proto.Version{Major: 18, Minor: 16, Patch: 1}, proto.Version{Major: 26, Minor: 7}
	released := map[string][2]string{
		"0001_reviews":      {"a33c76bd0b18371c95e00c9f", "ee9c30a3a2257677bef9cd86"},
		"0002_mentions":     {"556733acd7758a7e34196e1e", "c7d67f47a64564e51aafd8c0"},
		"0003_runs":         {"5c53ed3ae20720c11fe4bceb", "2cc4122c732245bfa9f849b8"},
		"0004_coverage":     {"5201e936e4700649a9e58592", "3e6c6fc8f0859c4f429218e3"},
		"0005_dictionaries": {"13eb43d3e6dc3a6d818adf14", "139122547a22c528288209b0"},
		"0006_mention_keys": {"c380c02b605129a54fb13231", "16ec0d02e772cd75ef02ebb9"},
		"0007_counts":       {"7f75e49b67d67e5d3fe905bf", "a5cc888c0f4678100d6710c2"},
		"0008_generations":  {"6a2b37651e04b5978e2306b3", "87c2ad14b87663eaba98be89"},
		"0009_superseded":   {"0bd4c57d65057ff84f9fc112", "26278e3a492d39b6c64df061"},
		"0010_media":        {"07a595b7589bef2ad15b38f1", "e0d6a6e372de347cf9d618b6"},
		"0011_views":        {"e76b1e3a132f5ff95fa58fc0", "24a4cdc04c86f010fcecef34"},
	}
	for i, version := range []proto.Version{oldServer, newServer} {
		list, err := migrations(dialect{version: version})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range list {
			sum := fmt.Sprintf("%.12x", sha256.Sum256([]byte(strings.Join(m.statements, ";\n"))))
			if want := released[m.name][i]; sum != want {
				t.Errorf("%s on %v: %s, released as %q:\n%s", m.name, version, sum, want, strings.Join(m.statements, ";\n"))
			}
		}
	}
}

// TestClusterMigrations: on a cluster every statement that makes or drops a
// table does so everywhere.
func TestClusterMigrations(t *testing.T) {
	for _, version := range []proto.Version{{Major: 18, Minor: 16, Patch: 1}, {Major: 26, Minor: 7}} {
		list, err := migrations(dialect{version: version, cluster: &cluster{name: "c", database: "d"}})
		if err != nil {
			t.Fatal(err)
		}
		made := map[string]int{}
		for _, m := range list {
			for _, statement := range m.statements {
				for line := range strings.Lines(statement) {
					if (strings.HasPrefix(line, "CREATE TABLE") || strings.HasPrefix(line, "CREATE VIEW") || strings.HasPrefix(line, "DROP")) && !strings.Contains(line, "ON CLUSTER `c`") {
						t.Errorf("%s on %v: not on the cluster: %s", m.name, version, line)
					}
				}
				switch {
				case strings.Contains(statement, "ENGINE = ReplicatedReplacingMergeTree('/clickhouse/tables/{shard}/d/"):
					made["local"]++
				case strings.Contains(statement, "ENGINE = Distributed('c', 'd', '"):
					made["distributed"]++
				}
			}
		}
		if made["local"] != 16 || made["distributed"] != 16 { // two tables are made twice
			t.Errorf("%v: %v", version, made)
		}
	}
}

func TestOldServersAreRefused(t *testing.T) {
	for _, test := range []struct {
		version proto.Version
		taken   bool
	}{
		{proto.Version{Major: 1, Minor: 1, Patch: 54388}, false},
		{proto.Version{Major: 18, Minor: 14, Patch: 19}, false},
		{proto.Version{Major: 18, Minor: 16, Patch: 0}, false},
		{proto.Version{Major: 18, Minor: 16, Patch: 1}, true},
		{proto.Version{Major: 19, Minor: 1}, true},
		{proto.Version{Major: 26, Minor: 7, Patch: 3}, true},
	} {
		err := checkVersion("db1:9000", test.version)
		if test.taken != (err == nil) {
			t.Errorf("%v: %v", test.version, err)
		}
		if err != nil && (!strings.Contains(err.Error(), "db1:9000") || !strings.Contains(err.Error(), "升级到 18.16.1")) {
			t.Errorf("%v: %v", test.version, err)
		}
	}
}

// TestAway: what passes by itself, and what somebody has to do something about.
func TestAway(t *testing.T) {
	_, late := (&net.Dialer{Deadline: time.Unix(1, 0)}).Dial("tcp", "127.0.0.1:9")
	exception := func(code int32) error { return &clickhouse.Exception{Code: code, Message: "…"} }
	for name, test := range map[string]struct {
		err  error
		away bool
	}{
		"none":                  {nil, false},
		"cancelled":             {context.Canceled, false},
		"refused":               {&net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, true},
		"reset":                 {fmt.Errorf("read: %w", syscall.ECONNRESET), true},
		"cut off":               {io.ErrUnexpectedEOF, true},
		"no answer in time":     {&net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, true},
		"no answer to dialling": {late, true},
		"no time left":          {context.DeadlineExceeded, false},
		"no such host for now":  {&net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", Name: "db", IsTemporary: true}}, true},
		"read-only replica":     {exception(242), true},
		"replica without peers": {exception(285), true},
		"keeper lost":           {exception(999), true},
		"shard lost":            {exception(279), true},
		"wrong password":        {exception(wrongPassword), false},
		"password of today":     {exception(authenticationFailed), false},
		"no database":           {exception(unknownDatabase), false},
		"not allowed":           {exception(accessDenied), false},
		"disk full":             {exception(notEnoughSpace), false},
		"disk full in writing":  {exception(cannotWrite), false},
		"unknown table":         {exception(60), false},
		"bad review":            {&chaping.InputError{Problem: "…"}, false},
	} {
		if got := Away(test.err); got != test.away {
			t.Errorf("%s: %v", name, got)
		}
		if got := Away(fault("reviews", test.err)); got != test.away {
			t.Errorf("%s, told to the user: %v", name, got)
		}
	}
}
