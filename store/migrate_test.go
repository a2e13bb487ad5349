package store

import (
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"

	"github.com/ClickHouse/clickhouse-go/v2/lib/proto"
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
					if (strings.HasPrefix(line, "CREATE TABLE") || strings.HasPrefix(line, "DROP")) && !strings.Contains(line, "ON CLUSTER `c`") {
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
		if made["local"] != 10 || made["distributed"] != 10 { // two tables are made twice
			t.Errorf("%v: %v", version, made)
		}
	}
}
