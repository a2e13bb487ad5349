package app

import (
	"context"
	"os"

	"chaping"
	"chaping/nlp"
	"chaping/station"
)

// A Vocabulary is the terms that mining looks for, ready to mine.
type Vocabulary struct {
	*nlp.Miner
	Edits station.Lexicon // the station's edits in it; none where other terms were named
	// Refused are the terms of a list that cannot be used: they are left out.
	Refused error
}

// Vocabulary is the terms at path: a plain list, one term a line, or a
// directory of YAML files. Without a path it is what the station works with:
// the shipped dictionary with the station's edits, and what was learnt from its
// decisions.
func (a *App) Vocabulary(ctx context.Context, path string) (v Vocabulary, err error) {
	if path != "" {
		dict, err := readTerms(path)
		if dict == nil {
			return v, err
		}
		v.Refused = err
		v.Miner, err = nlp.NewMiner(dict)
		return v, err
	}
	dict, edits, err := a.Dictionary(ctx)
	if err != nil {
		return v, err
	}
	v.Edits = edits
	if v.Miner, err = minerOf(dict); err != nil {
		return v, err
	}
	learnt, _, err := a.learnt(ctx, v.Miner)
	if err == nil {
		v.Miner = v.Miner.Adapted(learnt)
	}
	return v, err
}

// minerOf is a miner of the station's dictionary, the shared one where that will do.
func minerOf(d *nlp.Dictionary) (*nlp.Miner, error) {
	if shipped, err := nlp.ShippedDictionary(); err == nil && d == shipped {
		return nlp.ShippedMiner()
	}
	return nlp.NewMiner(d)
}

// Dictionary is the shipped dictionary with the station's edits.
func (a *App) Dictionary(ctx context.Context) (*nlp.Dictionary, station.Lexicon, error) {
	shipped, err := nlp.ShippedDictionary()
	if err != nil {
		return nil, station.Lexicon{}, err
	}
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return shipped, station.Lexicon{}, err
	}
	l, err := d.Lexicon(ctx, -1)
	if err != nil || len(l.Edits) == 0 {
		return shipped, l, err
	}
	own, err := nlp.NewDictionary("词库", l.Apply(shipped.Terms))
	return own, l, err
}

// readTerms reads the terms at path. A dictionary beside an error has the terms
// that can be used.
func readTerms(path string) (*nlp.Dictionary, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开词表", Err: err, Remedy: "检查词表的路径和读取权限"}
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nlp.LoadDictionary(os.DirFS(path))
	}
	return nlp.ParseTermList(path, f)
}
