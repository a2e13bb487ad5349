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

// checkedRows is after how many rows at the latest an engine looks at the time
// that it has used: a bad pattern takes milliseconds a row.
const checkedRows = 4096

// ReadOnly runs a SELECT that a user wrote. It may name the tables of the
// schema and the functions of readonly_functions.txt, and nothing else: what it
// names, the engine's own parser has told, see permit. Beside that stand
// readonly = 1, under which an engine neither writes nor changes a setting, and
// that the embedded engine's user has no right to files and addresses at all.
//
// It comes back in time: a statement that does not stop when it is told to is
// left behind: the embedded engine looks at the clock only between the rows of
// one function.
func (s *Store) ReadOnly(ctx context.Context, sql string, l Limits) (Answer, error) {
	if err := s.settled(ctx); err != nil {
		return Answer{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, l.Time+time.Second) // the engine checks between blocks only
	defer cancel()
	var a Answer
	done, ended := make(chan error, 1), make(chan struct{})
	go func() {
		defer close(ended)
		var err error
		a, err = s.readOnly(ctx, sql, l)
		done <- err
	}()
	select {
	case err := <-done:
		return a, err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return a, err
	case <-time.After(patience):
		s.stuck.Add(1)
		go func() {
			<-ended
			s.stuck.Add(-1)
		}()
		return Answer{}, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "查询超过时间限制，数据库一时停不下来",
			Remedy:  "缩小查询范围：少用两个大数组、长文本与复杂模式的比较",
		}
	}
}

// patience is how long ReadOnly waits for a statement that it has stopped.
const patience = 5 * time.Second

func (s *Store) readOnly(ctx context.Context, sql string, l Limits) (a Answer, err error) {
	ctx = clickhouse.Context(ctx, clickhouse.WithSettings(clickhouse.Settings{
		"readonly": 1, "max_execution_time": int(max(l.Time/time.Second, 1)), "timeout_overflow_mode": "throw",
		"max_memory_usage": int(l.Memory), "max_temporary_data_on_disk_size_for_query": int(l.Memory),
		"max_block_size": checkedRows,
	}))
	if sql, err = s.permit(ctx, sql, l.Rows); err != nil {
		return a, err
	}
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

// Codes of exceptions that a user's statement may cause.
const (
	unsupported     = 1
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
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "查询超过时间限制，已停止",
			Advice:  chaping.Advice{Code: chaping.AdviceQueryTime},
		}
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case !errors.As(err, &exception):
		return fault("query sql", err)
	}
	message, remedy := "查询不能执行", "按数据库的说明改正 SQL"
	var advice chaping.Advice
	switch exception.Code {
	case readonly, accessDenied:
		message, remedy = "这里的 SQL 只能读取：数据库拒绝了写入、改设置、读文件或访问网络的语句", "只写 SELECT，只读本库的表"
	case syntaxError:
		remedy = "按数据库的说明改正 SQL；只接受一条 SELECT，不写 SETTINGS、FORMAT、INTO OUTFILE"
	case unsupported:
		remedy = "按数据库的说明改正 SQL；mentions、rejections、counts、tallies 是当前有效的一版，不加 FINAL"
	case timeoutExceeded:
		message, remedy, advice.Code = "查询超过时间限制，已停止", "", chaping.AdviceQueryTime
	case memoryLimit:
		message, remedy, advice.Code = "查询超过内存限制，已停止", "", chaping.AdviceQueryMemory
	}
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: message,
		Remedy:  remedy,
		Advice:  advice,
		Err:     fmt.Errorf("%s", chaping.Shorten(exception.Message, 400)),
	}
}
