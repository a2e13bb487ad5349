package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"

	"github.com/xuri/excelize/v2"

	"chaping/nlp"
	"chaping/nlp/pattern"
	"chaping/store"
)

// How many times what counting and writing sheets may take of what is needed for
// the bare part of it.
const (
	mostCount = 1.5
	mostSheet = 1.5
)

// countRounds is how often counting is measured.
const countRounds = 5

// references compares the stages of a job, which has been done in the store, with
// what the database needs by itself for the part of them that is bare computing.
func (b *bench) references(ctx context.Context, s *store.Store, miner *nlp.Miner, mined spent) error {
	e, err := s.Edition(ctx, b.period, miner.Version())
	if err != nil {
		return err
	}
	var grouped, counted []spent
	var groups uint64
	for range countRounds { // in turns: each takes a tenth of a second
		stop := stopwatch()
		if groups, err = s.GroupMentions(ctx, e); err != nil {
			return err
		}
		grouped = append(grouped, stop())
		took, err := b.recount(ctx, s, e, miner)
		if err != nil {
			return err
		}
		counted = append(counted, took)
		if e, err = s.Edition(ctx, b.period, miner.Version()); err != nil {
			return err
		}
	}
	if groups == 0 {
		return errors.New("bench: the reference has found no mention to group")
	}
	b.took(fmt.Sprintf("数据库自己把命中按商品和词条分组（%d 组）", groups), middle(grouped), 0)
	b.took("计数（不含挖掘，写入计数表）", middle(counted), 0)
	b.add("　计数的 CPU 是数据库自己分组的", middle(counted).cpu.Seconds()/middle(grouped).cpu.Seconds(), "倍", mostCount)
	var plain []string
	for _, t := range miner.Dictionary().Terms {
		for _, form := range append([]string{t.Name}, t.Surfaces...) {
			if !pattern.Is(form) {
				plain = append(plain, regexp.QuoteMeta(form))
			}
		}
	}
	stop := stopwatch()
	if _, err := s.MatchAny(ctx, plain); err != nil {
		// Servers are built without it, and some refuse so many.
		fmt.Fprintln(b.err, "没有测数据库自己的多模式查找：", err)
		return nil
	}
	matched := stop()
	b.took(fmt.Sprintf("数据库自己在正文里找 %d 个写法（只答有没有，含准备）", len(plain)), matched, 0)
	b.add("　挖掘的 CPU 是数据库自己查找的", mined.cpu.Seconds()/matched.cpu.Seconds(), "倍", 0)
	return nil
}

// middle is the median by CPU.
func middle(list []spent) spent {
	slices.SortFunc(list, func(a, b spent) int { return cmp.Compare(a.cpu, b.cpu) })
	return list[len(list)/2]
}

// recount counts an edition anew.
func (b *bench) recount(ctx context.Context, s *store.Store, e store.Edition, miner *nlp.Miner) (took spent, err error) {
	ctx, editing, err := s.Edit(ctx, b.period, func() {})
	if err != nil {
		return took, err
	}
	defer editing.Close()
	return b.stage("recount", func() error {
		_, err := editing.Recount(ctx, e, store.Made{Terms: miner.Dictionary().Terms})
		return err
	})
}

// sheetReference writes the cells of a workbook once more with the bare writer of
// the library, and compares.
func (b *bench) sheetReference(file string, ours spent) (err error) {
	// All cells are in memory here, which are none of the reference's costs.
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(math.MaxInt64))
	book, err := excelize.OpenFile(file)
	if err != nil {
		return err
	}
	sheets := map[string][][]any{}
	names := book.GetSheetList()
	cells := 0
	for _, name := range names {
		rows, err := book.GetRows(name)
		if err != nil {
			return errors.Join(err, book.Close())
		}
		for _, row := range rows {
			values := make([]any, len(row))
			for i := range row {
				values[i] = row[i]
			}
			cells += len(row)
			sheets[name] = append(sheets[name], values)
		}
	}
	if err := book.Close(); err != nil {
		return err
	}
	stop := stopwatch()
	bare := excelize.NewFile()
	defer func() { err = errors.Join(err, bare.Close()) }()
	for _, name := range names {
		if _, err := bare.NewSheet(name); err != nil {
			return err
		}
		w, err := bare.NewStreamWriter(name)
		if err != nil {
			return err
		}
		for i, row := range sheets[name] {
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
				return err
			}
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if err := bare.SaveAs(filepath.Join(b.work, "bare.xlsx")); err != nil {
		return err
	}
	took := stop()
	b.took(fmt.Sprintf("excelize 的流式写入写同样的 %d 格", cells), took, 0)
	b.add("　出表的 CPU 是它的", ours.cpu.Seconds()/took.cpu.Seconds(), "倍", mostSheet)
	return nil
}
