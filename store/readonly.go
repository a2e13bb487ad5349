package store

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// Limits bound a statement that a user wrote.
type Limits struct {
	Rows   int           // of the answer; more are cut off
	Time   time.Duration // of execution
	Memory int64         // bytes
}

// An Answer is what a user's statement gave.
type Answer struct {
	Columns []string
	Rows    [][]any // numbers, strings, times and what else columns hold
	Cut     bool    // there were more rows than the limit
}

// ReadOnly runs a statement that a user wrote. That it only reads, the engine
// sees to: with readonly = 1 it refuses whatever writes, reads files or the
// network, or changes a setting. Only SELECT statements pass, but for old servers.
func (s *Store) ReadOnly(ctx context.Context, sql string, l Limits) (a Answer, err error) {
	if err := s.settled(ctx); err != nil {
		return a, err
	}
	if s.dialect.Since(23, 10) {
		if sql, err = s.enclose(ctx, sql); err != nil {
			return a, err
		}
	}
	ctx, cancel := context.WithTimeout(ctx, l.Time+time.Second) // the engine checks between blocks only
	defer cancel()
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"readonly": 1, "max_execution_time": int(max(l.Time/time.Second, 1)), "max_memory_usage": int(l.Memory),
	}))
	rows, err := s.conn.Query(ctx, sql)
	if err != nil {
		return a, userFault(err)
	}
	defer rows.Close()
	a.Columns = rows.Columns()
	types := rows.ColumnTypes()
	for rows.Next() {
		if len(a.Rows) == l.Rows {
			a.Cut = true
			return a, nil
		}
		targets := make([]any, len(types))
		for i, t := range types {
			targets[i] = reflect.New(t.ScanType()).Interface()
		}
		if err := rows.Scan(targets...); err != nil {
			return a, userFault(err)
		}
		for i := range targets {
			targets[i] = reflect.ValueOf(targets[i]).Elem().Interface()
		}
		a.Rows = append(a.Rows, targets)
	}
	return a, userFault(rows.Err())
}

// enclose makes a subquery of a statement. The embedded engine is its own
// client, and as such carries out INTO OUTFILE, which no setting forbids; and
// KILL QUERY counts as reading. In a subquery both are faults of syntax. That the statement does not close the
// bracket itself, the engine's parser has told: it is one whole statement,
// written anew without comments.
func (s *Store) enclose(ctx context.Context, sql string) (string, error) {
	var whole string
	err := s.conn.QueryRow(ctx, "SELECT formatQuerySingleLine(@sql)", named("sql", sql)).Scan(&whole)
	if err != nil {
		return "", userFault(err)
	}
	return "SELECT * FROM (" + whole + ")", nil
}

// Codes of exceptions that a user's statement may cause.
const (
	timeoutExceeded = 159
	syntaxError     = 62
)

// userFault words an error of a statement that the user wrote: its text is
// for the one who knows SQL.
func userFault(err error) error {
	var exception *clickhouse.Exception
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return &chaping.Error{Code: chaping.CodeInput, Message: "查询超过时间限制，已停止", Remedy: "缩小查询范围，或用 --seconds 放宽"}
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case !errors.As(err, &exception):
		return fault("query sql", err)
	}
	message, remedy := "查询不能执行", "按数据库的说明改正 SQL"
	switch exception.Code {
	case readonly, accessDenied:
		message, remedy = "这里的 SQL 只能读取：数据库拒绝了写入、改设置、读文件或访问网络的语句", "只写 SELECT、SHOW、DESCRIBE 或 EXPLAIN"
	case syntaxError:
		remedy = "按数据库的说明改正 SQL；只接受 SELECT"
	case timeoutExceeded:
		message, remedy = "查询超过时间限制，已停止", "缩小查询范围，或用 --seconds 放宽"
	case memoryLimit:
		message, remedy = "查询超过内存限制，已停止", "缩小查询范围，或用 --memory 放宽"
	}
	return &chaping.Error{Code: chaping.CodeInput, Message: message, Remedy: remedy, Err: fmt.Errorf("%s", chaping.Shorten(exception.Message, 400))}
}
