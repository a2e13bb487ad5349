package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
	"chaping/station"
	"chaping/web"
)

// miner builds the miner for the terms at path: a plain list, one term a
// line, or a directory of YAML files; the shipped dictionaries when path is empty.
// Terms of a plain list that cannot be used are shown and left out; partial
// is then what the command returns when all else went well.
func (p *program) miner(path string) (m *nlp.Miner, partial error, err error) {
	dict, err := loadDictionary(path)
	if path == "" && err == nil {
		dict, err = p.ownDictionary(dict)
	}
	if err != nil && dict != nil {
		fmt.Fprintln(p.err, err)
		partial = &chaping.Error{Code: chaping.CodePartial, Message: "词表中有词条不能用，已略过，其余照常处理", Remedy: "按上面的说明改正词表"}
		err = nil
	}
	if err != nil {
		return nil, nil, err
	}
	m, err = nlp.NewMiner(dict)
	return m, partial, err
}

// ownDictionary is the shipped dictionary with the changes that the station
// made in the portal, so that both give the same numbers.
func (p *program) ownDictionary(shipped *nlp.Dictionary) (*nlp.Dictionary, error) {
	if _, err := os.Stat(filepath.Join(p.dataDir, "station.db")); errors.Is(err, os.ErrNotExist) {
		return shipped, nil
	}
	dict := shipped
	err := p.withStation(context.Background(), func(d *station.DB) (err error) {
		dict, _, err = web.Dictionary(context.Background(), d)
		return err
	})
	return dict, err
}

func loadDictionary(path string) (*nlp.Dictionary, error) {
	if path == "" {
		terms, err := fs.Sub(dictionaries.Files, "terms")
		if err != nil {
			return nil, err
		}
		return nlp.LoadDictionary(terms)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开词表", Err: err, Remedy: "检查 --terms 的路径和读取权限"}
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
