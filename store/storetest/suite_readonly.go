package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"chaping"
	"chaping/store"
)

// An escape is a statement that must be refused. The error names what it is
// refused for.
type escape struct{ sql, names string }

// escapes are ways out of a SELECT over the schema's tables. $FILE is a path
// outside of the database, $HOST an address that listens.
func escapes() map[string][]escape {
	return map[string][]escape{
		"statements": {
			{"INSERT INTO reviews (id) VALUES ('x')", "INSERT"},
			{"INSERT INTO reviews SELECT * FROM reviews", "INSERT"},
			{"INSERT INTO FUNCTION file('$FILE', 'CSV', 'x UInt8') SELECT 1", "INSERT"},
			{"/* SELECT */ DROP TABLE reviews", "DROP"},
			{"ALTER TABLE reviews DROP PARTITION 202610", "ALTER"},
			{"TRUNCATE TABLE reviews", "TRUNCATE"},
			{"CREATE TABLE mine (x UInt8) ENGINE = Memory", "CREATE"},
			{"CREATE TEMPORARY TABLE mine AS SELECT 1", "CREATE"},
			{"CREATE FUNCTION f AS x -> x", "CREATE"},
			{"CREATE USER u", "CREATE"},
			{"GRANT ALL ON *.* TO default", "GRANT"},
			{"ATTACH TABLE t FROM '$FILE' (x UInt8) ENGINE = File(CSV)", "ATTACH"},
			{"SET readonly = 0", "SET"},
			{"SET max_memory_usage = 0", "SET"},
			{"OPTIMIZE TABLE reviews FINAL", "OPTIMIZE"},
			{"SYSTEM STOP MERGES", "SYSTEM"},
			{"BACKUP TABLE reviews TO File('$FILE')", "BACKUP"},
			{"KILL QUERY WHERE 1", "KILL"},
			{"USE system", "USE"},
			{"EXPLAIN SELECT 1", "EXPLAIN"},
			{"EXPLAIN AST SELECT 1", "EXPLAIN"},
			{"DESCRIBE TABLE url('http://$HOST/', 'CSV')", "DESCRIBE"},
			{"DESC file('$FILE')", "DESC"},
			{"SHOW TABLES FROM system", "SHOW"},
			{"SHOW CREATE TABLE reviews", "SHOW"},
			{"EXISTS TABLE system.one", "EXISTS"},
			{"EXECUTE AS default SELECT 1", "EXECUTE"},
			{"WATCH reviews", "WATCH"},
			{"DELETE FROM reviews WHERE 1", "DELETE"},
			{"SELECT 1; DROP TABLE reviews", "DROP"},
			{"SELECT 1;;SELECT 2", "SELECT 2"},
			{"SELECT 1 PARALLEL WITH SELECT 2", ""},
			{"没有这样的语句", ""},
			{"", ""},
			{" ; ", ""},
			{"-- SELECT 1", ""},
			{"(SELECT 1", ""},
			{"SELECT 1) UNION ALL (SELECT 2", ""},
			{"SELECT 1) FORMAT Null --", ""},
			{"SELECT 'x", ""},
			{"SELECT /* 1", ""},
		},
		"output": {
			{"SELECT 1 INTO OUTFILE '$FILE'", "OUTFILE"},
			{"SELECT 1 INTO OUTFILE '$FILE' TRUNCATE FORMAT CSV", "OUTFILE"},
			{"SELECT 1 INTO OUTFILE '$FILE' AND STDOUT", "OUTFILE"},
			{"SELECT 1 /* */ INTO/**/OUTFILE '$FILE' -- x", "OUTFILE"},
			{"SELECT 1 UNION ALL SELECT 2 INTO OUTFILE '$FILE'", "OUTFILE"},
			{"SELECT 1 FORMAT CSV", "FORMAT"},
			{"SELECT 1 FORMAT Null SETTINGS readonly = 0", "FORMAT"},
		},
		"settings": {
			{"SELECT 1 SETTINGS readonly = 0", "SETTINGS"},
			{"SELECT 1 SETTINGS max_execution_time = 0, max_memory_usage = 0", "SETTINGS"},
			{"SELECT * FROM (SELECT 1 SETTINGS readonly = 0)", "SETTINGS"},
			{"SELECT (SELECT 1 SETTINGS max_threads = 1)", "SETTINGS"},
			{"SELECT 1 IN (SELECT 1 SETTINGS max_threads = 1)", "SETTINGS"},
			{"WITH x AS (SELECT 1 SETTINGS max_threads = 1) SELECT * FROM x", "SETTINGS"},
			{"SELECT 1 UNION ALL SELECT 2 SETTINGS max_threads = 1", "SETTINGS"},
			{"SELECT 1 EXCEPT SELECT 2 SETTINGS max_threads = 1", "SETTINGS"},
			{"SELECT * FROM url('http://$HOST/', 'CSV', 'x UInt8') SETTINGS readonly = 0", "url"},
			{"SELECT * FROM numbers(1, SETTINGS readonly = 0)", ""},
		},
		"table functions": {
			{"SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8')", "file"},
			{"SELECT * FROM file('/proc/self/environ', 'LineAsString')", "file"},
			{"SELECT * FROM FILE('/proc/self/environ')", "FILE"},
			{"SELECT * FROM `file`('/proc/self/environ')", "file"},
			{"SELECT * FROM \"file\"('/proc/self/environ')", "file"},
			{"SELECT * FROM/**/file/**/('/proc/self/environ')", "file"},
			{"SELECT * FROM url('http://$HOST/', 'CSV', 'x UInt8')", "url"},
			{"SELECT * FROM urlCluster('c', 'http://$HOST/', 'CSV', 'x UInt8')", "urlCluster"},
			{"SELECT * FROM fileCluster('c', '$FILE', 'CSV', 'x UInt8')", "fileCluster"},
			{"SELECT * FROM s3('http://$HOST/b/k', 'CSV', 'x UInt8')", "s3"},
			{"SELECT * FROM hdfs('hdfs://$HOST/', 'CSV', 'x UInt8')", "hdfs"},
			{"SELECT * FROM remote('$HOST', system.one)", "remote"},
			{"SELECT * FROM remoteSecure('$HOST', system.one)", "remoteSecure"},
			{"SELECT * FROM cluster('default', system.one)", "cluster"},
			{"SELECT * FROM mysql('$HOST', 'd', 't', 'u', 'p')", "mysql"},
			{"SELECT * FROM postgresql('$HOST', 'd', 't', 'u', 'p')", "postgresql"},
			{"SELECT * FROM sqlite('$FILE', 't')", "sqlite"},
			{"SELECT * FROM odbc('DSN=x', 'd', 't')", "odbc"},
			{"SELECT * FROM jdbc('jdbc:x', 't')", "jdbc"},
			{"SELECT * FROM mongodb('$HOST', 'd', 'c', 'u', 'p', 'x UInt8')", "mongodb"},
			{"SELECT * FROM redis('$HOST', 'k', 'k String')", "redis"},
			{"SELECT * FROM executable('id', 'CSV', 'x String')", "executable"},
			{"SELECT * FROM Python(x)", "Python"},
			{"SELECT * FROM input('x UInt8')", "input"},
			{"SELECT * FROM merge('system', '.*')", "merge"},
			{"SELECT * FROM mergeTreeIndex(currentDatabase(), 'reviews')", "mergeTreeIndex"},
			{"SELECT * FROM dictionary('d')", "dictionary"},
			{"SELECT * FROM loop(reviews)", "loop"},
			{"SELECT * FROM view(SELECT * FROM reviews)", "view"},
			{"SELECT * FROM viewIfPermitted(SELECT 1 ELSE null('x UInt8'))", "viewIfPermitted"},
			{"SELECT * FROM (EXPLAIN SELECT 1)", "viewExplain"},
			{"SELECT * FROM (SHOW TABLES)", ""},
			{"SELECT * FROM (DESCRIBE TABLE reviews)", ""},
			{"SELECT * FROM values('x UInt8', 1)", "values"},
			{"SELECT * FROM format('CSV', 'x UInt8', '1')", "format"},
			{"SELECT * FROM generateRandom('x UInt8')", "generateRandom"},
			{"SELECT * FROM fuzzJSON('x')", "fuzzJSON"},
			{"SELECT * FROM generate_series(1, 10)", "generate_series"},
			{"SELECT * FROM zeros(10)", "zeros"},
			{"SELECT * FROM azureBlobStorage('x', 'y', 'z')", "azureBlobStorage"},
			{"SELECT * FROM deltaLake('http://$HOST/')", "deltaLake"},
			{"SELECT * FROM length('x')", "length"},
			{"SELECT * FROM my_view(x = 1)", "my_view"},
			{"SELECT * FROM numbers((SELECT count() FROM file('$FILE', 'CSV', 'x UInt8')))", "file"},
			{"SELECT * FROM (SELECT * FROM (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8')))", "file"},
			{"WITH x AS (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8')) SELECT * FROM x", "file"},
			{"WITH (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8')) AS x SELECT x", "file"},
			{"SELECT (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8'))", "file"},
			{"SELECT 1 WHERE 1 IN (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8'))", "file"},
			{"SELECT 1 WHERE EXISTS (SELECT * FROM file('$FILE.csv', 'CSV', 'x UInt8'))", "file"},
			{"SELECT id FROM reviews UNION ALL SELECT line FROM file('$FILE.csv', 'LineAsString')", "file"},
			{"SELECT id FROM reviews INTERSECT SELECT line FROM file('$FILE.csv', 'LineAsString')", "file"},
			{"SELECT id FROM reviews JOIN file('$FILE.csv', 'CSV', 'id String') AS f USING id", "file"},
			{"SELECT id FROM reviews, file('$FILE.csv', 'CSV', 'x String') AS f", "file"},
			{"SELECT id FROM reviews LIMIT (SELECT count() FROM file('$FILE.csv', 'CSV', 'x String'))", "file"},
			{"FROM file('$FILE.csv', 'CSV', 'x UInt8') SELECT *", "file"},
			{"SELECT 1 FROM numbers(1) ORDER BY number WITH FILL TO (SELECT count() FROM file('$FILE.csv'))", "file"},
		},
		"tables": {
			{"SELECT * FROM system.one", "system.one"},
			{"SELECT * FROM `system`.`settings`", "system.settings"},
			{"SELECT * FROM system . processes", "system.processes"},
			{"SELECT * FROM reviews, system.query_log", "system.query_log"},
			{"SELECT * FROM reviews JOIN system.tables AS t ON 1 = 1", "system.tables"},
			{"SELECT * FROM information_schema.tables", "information_schema.tables"},
			{"SELECT * FROM default.reviews", "default.reviews"},
			{"SELECT * FROM `default`.`/proc/self/environ`", "/proc/self/environ"},
			{"SELECT * FROM `/proc/self/environ`", "/proc/self/environ"},
			{"SELECT * FROM '/proc/self/environ'", ""},
			{"SELECT * FROM `$FILE.csv`", "$FILE.csv"},
			{"SELECT * FROM schema_migrations", "schema_migrations"},
			{"WITH schema_migrations AS (SELECT 1) SELECT * FROM (SELECT * FROM schema_migrations)", "schema_migrations"},
			{"SELECT 1 IN system.one", "system.one"},
			{"SELECT 1 WHERE '1' NOT IN system.settings", "system.settings"},
			{"SELECT 1 WHERE 1 GLOBAL IN system.one", "system.one"},
			{"SELECT in(1, system.one)", "system.one"},
			{"SELECT 1 WHERE 1 IN (system.one)", "system.one"},
			{"SELECT * FROM `system.one`", "system.one"},
			{"WITH `system.one` AS (SELECT 1) SELECT * FROM `system.one`", "system.one"},
			{"SELECT * FROM reviews AS `system.one` WHERE 1 IN `system.one`", "system.one"},
			{"SELECT * FROM (TABLE system.one)", ""},
			{"SELECT * FROM {t:Identifier}", ""},
			{"SELECT * FROM `reviews\n`", ""},
		},
		"functions": {
			{"SELECT file('/proc/self/environ')", "file"},
			{"SELECT getSetting('max_memory_usage')", "getSetting"},
			{"SELECT getServerSetting('max_connections')", "getServerSetting"},
			{"SELECT getMergeTreeSetting('index_granularity')", "getMergeTreeSetting"},
			{"SELECT getMacro('shard')", "getMacro"},
			{"SELECT @@version", "globalVariable"},
			{"SELECT version()", "version"},
			{"SELECT VERSION()", "VERSION"},
			{"SELECT hostName()", "hostName"},
			{"SELECT FQDN()", "FQDN"},
			{"SELECT tcpPort()", "tcpPort"},
			{"SELECT uptime()", "uptime"},
			{"SELECT serverUUID()", "serverUUID"},
			{"SELECT currentUser()", "currentUser"},
			{"SELECT user()", "user"},
			{"SELECT currentDatabase()", "currentDatabase"},
			{"SELECT getOSKernelVersion()", "getOSKernelVersion"},
			{"SELECT showCertificate()", "showCertificate"},
			{"SELECT getClientHTTPHeader('x')", "getClientHTTPHeader"},
			{"SELECT filesystemAvailable()", "filesystemAvailable"},
			{"SELECT filesystemCapacity()", "filesystemCapacity"},
			{"SELECT dictGet('d', 'a', 1)", "dictGet"},
			{"SELECT dictGetOrDefault('d', 'a', 1, 2)", "dictGetOrDefault"},
			{"SELECT joinGet('t', 'a', 1)", "joinGet"},
			{"SELECT hasColumnInTable('system', 'one', 'dummy')", "hasColumnInTable"},
			{"SELECT regionToName(1)", "regionToName"},
			{"SELECT catboostEvaluate('$FILE', 1)", "catboostEvaluate"},
			{"SELECT evalMLMethod(1, 2)", "evalMLMethod"},
			{"SELECT aiGenerate('x')", "aiGenerate"},
			{"SELECT addressToLine(1)", "addressToLine"},
			{"SELECT addressToSymbol(1)", "addressToSymbol"},
			{"SELECT demangle('x')", "demangle"},
			{"SELECT logTrace('x')", "logTrace"},
			{"SELECT sleep(3)", "sleep"},
			{"SELECT sleepEachRow(3) FROM reviews", "sleepEachRow"},
			{"SELECT throwIf(1)", "throwIf"},
			{"SELECT fuzzBits('x', 0.5)", "fuzzBits"},
			{"SELECT formatRow('CSV', 1)", "formatRow"},
			{"SELECT arrayReduce('flameGraph', [1])", "arrayReduce"},
			{"SELECT initializeAggregation('sum', 1)", "initializeAggregation"},
			{"SELECT finalizeAggregation(CAST('x', 'AggregateFunction(sum, UInt8)'))", "finalizeAggregation"},
			{"SELECT CAST(unhex('00'), 'AggregateFunction(uniq, UInt8)')", "AggregateFunction"},
			{"SELECT unhex('00')::AggregateFunction(groupArray, String)", "AggregateFunction"},
			{"SELECT CAST(text, id) FROM reviews", "CAST"},
			{"SELECT groupArrayState(text) FROM reviews", "groupArrayState"},
			{"SELECT flameGraph(1)", "flameGraph"},
			{"SELECT aggThrow(1)", "aggThrow"},
			{"SELECT structureToCapnProtoSchema('x UInt8')", "structureToCapnProtoSchema"},
			{"SELECT encrypt('aes-256-gcm', 'x', 'y')", "encrypt"},
			{"SELECT multiMatchAny('x', ['(a+)+$'])", "multiMatchAny"},
			{"SELECT no_such_function(1)", "no_such_function"},
			{"SELECT ｆｉｌｅ('x')", ""},
			{"SELECT fіle('x')", "fіle"}, // with a Cyrillic і
			{"SELECT * REPLACE (file('/proc/self/environ') AS text) FROM reviews", "file"},
			{"SELECT * APPLY(file) FROM reviews", "APPLY"},
			{"SELECT COLUMNS('id') APPLY(x -> file(x)) FROM reviews", "APPLY"},
			{"SELECT arrayMap(x -> file(x), ['/proc/self/environ'])", "file"},
			{"SELECT arrayMap(file, ['/proc/self/environ'])", "file"},
			{"SELECT arrayMap(FILE, ['/proc/self/environ'])", "FILE"},
			{"SELECT arrayMap(`file`, ['/proc/self/environ'])", "file"},
			{"WITH file AS f SELECT arrayMap(f, ['/proc/self/environ'])", "file"},
			{"SELECT arrayFilter(sleep, [3])", "sleep"},
			{"WITH x -> file(x) AS f SELECT f('/proc/self/environ')", "file"},
			{"SELECT lambda(tuple(x), file(x))", "file"},
			{"SELECT count() OVER (PARTITION BY file('x')) FROM reviews", "file"},
			{"SELECT count() OVER w FROM reviews WINDOW w AS (ORDER BY file('x'))", "file"},
			{"SELECT id FROM reviews GROUP BY id HAVING file('x') = ''", "file"},
			{"SELECT id FROM reviews ORDER BY file(id)", "file"},
			{"SELECT id FROM reviews PREWHERE file(id) = ''", "file"},
			{"SELECT id FROM reviews WHERE file(id) = ''", "file"},
			{"SELECT id FROM reviews QUALIFY file(id) = ''", "file"},
			{"SELECT id FROM reviews LIMIT 1 BY file(id)", "file"},
			{"SELECT id FROM reviews ARRAY JOIN [file(id)] AS a", "file"},
			{"SELECT id FROM reviews JOIN listings ON file(reviews.id) = ''", "file"},
			{"WITH file('/proc/self/environ') AS x SELECT x", "file"},
			{"SELECT quantile(file('x'))(1)", "file"},
			{"SELECT number AS n FROM numbers(2) ORDER BY n WITH FILL INTERPOLATE (n AS file('x'))", "file"},
			{"SELECT {x:String}", ""},
			{"SELECT 1 AS `a\n Literal 1`", "a"},
			{"SELECT 1 AS `x (children 2)`", "x"},
		},
	}
}

// readOnly lets a user's SQL read, and nothing else.
func readOnly(t *testing.T, s *store.Store) {
	ctx := context.Background()
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p", "a"), review("p", "b"), review("p", "c")}))
	limits := store.Limits{Rows: 100, Time: 20 * time.Second, Memory: 1 << 30}
	if v, err := s.ServerVersion(); err == nil && v < "23" {
		// It cannot tell how it reads a statement, so nobody can tell what the
		// statement names.
		if _, err := s.ReadOnly(ctx, "SELECT 1", limits); err == nil || !strings.Contains(err.Error(), "太旧") {
			t.Errorf("an old server: %v", err)
		}
		return
	}
	a, err := s.ReadOnly(ctx, "SELECT id, toUInt64(length(text)) AS n, published FROM reviews FINAL ORDER BY id", limits)
	ok(t, err)
	if strings.Join(a.Columns, ",") != "id,n,published" || len(a.Rows) != 3 || a.Rows[0][0] != "a" || a.Cut {
		t.Errorf("%+v", a)
	}
	few := limits
	few.Rows = 2
	if a, err = s.ReadOnly(ctx, "SELECT id FROM reviews", few); err != nil || len(a.Rows) != 2 || !a.Cut {
		t.Errorf("%+v, %v", a, err)
	}
	for _, sql := range []string{
		"select 1 -- a remark; DROP TABLE reviews",
		"SELECT count() FROM reviews;",
		"WITH t AS (SELECT id FROM reviews) SELECT count() FROM t WHERE id IN t AND id IN (SELECT id FROM reviews)",
		"SELECT platform, countIf(rating = 1) AS `差评`, uniqExact(product) FROM reviews FINAL GROUP BY platform WITH TOTALS ORDER BY `差评` DESC LIMIT 10",
		"SELECT id, row_number() OVER (PARTITION BY product ORDER BY published) AS n FROM reviews",
		"SELECT r.id, l.shop FROM reviews AS r LEFT JOIN listings AS l ON r.product = l.product",
		"SELECT id FROM reviews UNION ALL SELECT id FROM reviews",
		"SELECT id, CASE WHEN rating > 3 THEN '好' ELSE '差' END, rating BETWEEN 1 AND 2, text LIKE '%漏%', toString(published), rating::String FROM reviews",
		"SELECT toStartOfMonth(published) AS m, quantile(0.9)(rating), argMax(id, published) FROM reviews GROUP BY m",
		"SELECT arrayMap(x -> x * 2, [1, 2]), number FROM numbers(3)",
		"SELECT * EXCEPT (text) FROM reviews",
		"SELECT arrayMap(length, [text]), arraySum([rating]) FROM reviews",
		"SELECT published - INTERVAL 1 DAY, extract(text, '漏.'), 'file(1) SETTINGS ; `' FROM reviews WHERE NOT empty(text) AND text IS NOT NULL",
		"SELECT COUNT(*) FROM reviews, (SELECT 1 AS one) AS x",
	} {
		if _, err := s.ReadOnly(ctx, sql, limits); err != nil {
			t.Errorf("%s: %v", sql, err)
		}
	}

	outside := filepath.Join(t.TempDir(), "out")
	ok(t, os.WriteFile(outside+".csv", []byte("1\n"), 0o644))
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	ok(t, err)
	defer listener.Close()
	var callers atomic.Int64
	go func() {
		for {
			c, err := listener.Accept()
			if err != nil {
				return
			}
			callers.Add(1)
			c.Close()
		}
	}()
	place := strings.NewReplacer("$FILE", outside, "$HOST", listener.Addr().String())
	for kind, list := range escapes() {
		for _, e := range list {
			_, err := s.ReadOnly(ctx, place.Replace(e.sql), limits)
			var told *chaping.Error
			if !errors.As(err, &told) || told.Code != chaping.CodeInput || !advised(told) || !strings.Contains(err.Error(), place.Replace(e.names)) {
				t.Errorf("%s: %s: %v", kind, e.sql, err)
			}
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file was written")
	}
	if n := callers.Load(); n > 0 {
		t.Errorf("%d connections were made", n)
	}
	equal(t, len(readAll(t, s, period.Window())), 3)

	bounded(t, s)
	// The connection serves others afterwards.
	ok(t, s.PutReviews(ctx, []chaping.Review{review("p", "d")}))
	n, err := s.ReviewCount(ctx)
	ok(t, err)
	equal(t, n, 4)
}

// bounded runs statements that would take all memory or for ever.
func bounded(t *testing.T, s *store.Store) {
	deep := strings.Repeat("(", 5000) + "1" + strings.Repeat(")", 5000)
	million := "(SELECT arrayJoin(range(1000000)) AS x)"
	for name, sql := range map[string]string{
		"endless":        "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 7",
		"crossed":        fmt.Sprintf("SELECT count() FROM %[1]s AS a, %[1]s AS b, %[1]s AS c WHERE sipHash64(a.x, b.x, c.x) = 7", million),
		"gathered":       "SELECT groupArray(toString(number)) FROM numbers(1000000000000)",
		"grouped":        "SELECT number, count() FROM numbers(1000000000000) GROUP BY number",
		"sorted":         "SELECT number FROM numbers(1000000000000) ORDER BY sipHash64(number) LIMIT 1000000000",
		"repeated":       "SELECT length(repeat(repeat('x', 1000000), 1000000))",
		"array":          "SELECT length(range(100000000000))",
		"arrays":         "SELECT arraySum(arrayMap(x -> arraySum(arrayMap(y -> sipHash64(x, y), range(1000000))), range(1000000)))",
		"recursive":      "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t) SELECT sum(n) FROM t",
		"doubling":       "WITH RECURSIVE t AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM t UNION ALL SELECT n + 2 FROM t) SELECT sum(n) FROM t",
		"nested":         "SELECT " + deep,
		"subqueries":     strings.Repeat("SELECT * FROM (", 3000) + "SELECT 1" + strings.Repeat(")", 3000),
		"long":           "SELECT '" + strings.Repeat("x", 10<<20) + "'",
		"expression":     "WITH 1 AS a0" + aliases(60) + " SELECT a60",
		"pattern":        "SELECT countIf(match(toString(number), '" + strings.Repeat("(a?){1000}", 20) + "')) FROM numbers(1000000000000)",
		"wide":           "SELECT groupArray(repeat('x', 1000000)) FROM numbers(1000000000)",
		"unicode spaces": "SELECT\u00a01\u3000FROM\u2003numbers(1000000000000) WHERE sipHash64(number) = 7",
	} {
		start := time.Now()
		_, err := s.ReadOnly(context.Background(), sql, store.Limits{Rows: 10, Time: time.Second, Memory: 200 << 20})
		var told *chaping.Error
		if !errors.As(err, &told) || told.Code != chaping.CodeInput || !advised(told) {
			t.Errorf("%s: %v", name, err)
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("%s took %s", name, took)
		}
	}
}

// aliases are expressions each of which holds the one before twice.
func aliases(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ", concat(toString(a%[1]d), toString(a%[1]d)) AS a%[2]d", i, i+1)
	}
	return b.String()
}

// advised tells whether an error says what to do, in words or as an advice.
func advised(e *chaping.Error) bool { return e.Remedy != "" || e.Advice.Code != "" }
