package main

import (
	"chaping/report"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"chaping/demo/synth"
	"chaping/importer"
	"chaping/nlp/polarity"
	"chaping/store"
)

// mostImport is how many times the CPU may be taken that the engine needs to
// read the same file into the same table by itself.
const mostImport = 2

// imports compares the import of a file with the engine's own reading of it, on a
// tenth of the reviews and on all of them, each into a new database.
func (b *bench) imports(ctx context.Context) error {
	_, after, err := b.dictionaries()
	if err != nil {
		return err
	}
	for _, reviews := range []int{b.reviews / 10, b.reviews} {
		if err := b.importOf(ctx, b.load(reviews, after)); err != nil {
			return err
		}
	}
	return nil
}

func (b *bench) importOf(ctx context.Context, l *synth.Load) (err error) {
	dir := filepath.Join(b.work, fmt.Sprintf("import-%d", l.Reviews))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "reviews.ndjson")
	if err := report.WriteFile(file, l.WriteNDJSON); err != nil {
		return err
	}
	text, err := polarity.Shipped()
	if err != nil {
		return err
	}
	engine, err := b.inNewStore(ctx, "", filepath.Join(dir, "engine"), func(s *store.Store) error {
		f, err := os.Open(file)
		if err != nil {
			return err
		}
		defer f.Close()
		return s.Ingest(ctx, f)
	})
	if err != nil {
		return err
	}
	b.took(fmt.Sprintf("数据库自己读入 %d 条评论的 ndjson", l.Reviews), engine, 0)
	resetPeak()
	ours, err := b.inNewStore(ctx, "import-alone", filepath.Join(dir, "import"), func(s *store.Store) error {
		_, err := importer.Import(ctx, file, importer.Options{Sink: s, Run: store.ImportRun(b.now()), Now: b.now(),
			GradeText: text.GradeReview})
		return err
	})
	if err != nil {
		return err
	}
	b.took(fmt.Sprintf("导入同一文件（内存峰值 %.2f GiB）", float64(peak())/(1<<30)), ours, 0)
	b.add("　导入的 CPU 是数据库自己读入的", ours.cpu.Seconds()/engine.cpu.Seconds(), "倍", mostImport)
	return nil
}

// inNewStore measures a stage in a new database, until it has it all.
func (b *bench) inNewStore(
	ctx context.Context,
	stage, dir string,
	do func(*store.Store) error,
) (took spent, err error) {
	s, err := store.Open(ctx, store.Config{DataDir: dir, Now: b.now})
	if err != nil {
		return took, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return b.stage(stage, func() error { return do(s) })
}
