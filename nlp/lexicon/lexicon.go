// Package lexicon is for those who edit dictionaries:
//
//	Open       a dictionary with the place where each term is written
//	Check      what is wrong with it, by file and line
//	Diff       what an edit would change in stored reviews: mentions and sheet rows
//	WriteXLSX, ReadXLSX, WriteYAML  exchange as a workbook
//
// What a dictionary means for mining is package nlp's; nothing here changes
// how it is read.
package lexicon

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
)

// An Entry is a term and the place where it is written.
type Entry struct {
	chaping.Term
	File string
	Line int // 1-based line or spreadsheet row
}

// forms are the entry's canonical form and its surface forms.
func (e *Entry) forms() []string { return append([]string{e.Name}, e.Surfaces...) }

// A Source is a dictionary as it is written, faults included.
type Source struct {
	Entries []Entry // in the order of the files
	// Faults are what nlp refuses; empty for a dictionary that can be used.
	Faults []*chaping.InputError
	// Plain is set for a plain list, which gives no hazards.
	Plain bool
}

// Open reads the dictionary at name: a directory of YAML files, one YAML
// file, or a plain list with one term a line. Empty means the shipped
// dictionaries. Only a name that cannot be read at all is an error.
func Open(name string) (*Source, error) {
	if name == "" {
		terms, err := fs.Sub(dictionaries.Files, "terms")
		if err != nil {
			return nil, err
		}
		return open(terms)
	}
	info, err := os.Stat(name)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开词库 " + name, Err: err, Remedy: "检查路径和读取权限"}
	}
	switch {
	case info.IsDir():
		return open(os.DirFS(name))
	case filepath.Ext(name) == ".yaml":
		dir, file := filepath.Split(name)
		return open(only{os.DirFS(filepath.Clean(dir + ".")), file})
	}
	return openList(name)
}

// only shows one file of a directory.
type only struct {
	fs.FS
	file string
}

func (o only) ReadDir(string) ([]fs.DirEntry, error) {
	info, err := fs.Stat(o.FS, o.file)
	if err != nil {
		return nil, err
	}
	return []fs.DirEntry{fs.FileInfoToDirEntry(info)}, nil
}

func open(fsys fs.FS) (*Source, error) {
	s := &Source{}
	if _, err := nlp.LoadDictionary(fsys); err != nil {
		if err = s.addFaults(err); err != nil {
			return nil, err
		}
	}
	return s, fs.WalkDir(fsys, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".yaml" {
			return err
		}
		f, err := fsys.Open(name)
		if err != nil {
			return err
		}
		defer f.Close()
		s.Entries = append(s.Entries, readYAML(name, f)...)
		return nil
	})
}

// readYAML reads what it can; what it cannot read is among nlp's faults.
func readYAML(name string, r io.Reader) []Entry {
	var file struct {
		Field string
		Terms []yaml.Node
	}
	if yaml.NewDecoder(io.LimitReader(r, maxYAML)).Decode(&file) != nil {
		return nil
	}
	var entries []Entry
	for i := range file.Terms {
		var t struct {
			Name     string
			Hazard   chaping.Hazard
			Severity chaping.Severity
			Surfaces []string
		}
		if file.Terms[i].Decode(&t) != nil {
			continue
		}
		entries = append(entries, Entry{File: name, Line: file.Terms[i].Line, Term: chaping.Term{
			Name: t.Name, Surfaces: t.Surfaces, Field: file.Field, Hazard: t.Hazard, Severity: t.Severity,
		}})
	}
	return entries
}

// maxYAML bounds a term file, as nlp does.
const maxYAML = 8 << 20

func openList(name string) (*Source, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开词表 " + name, Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	s := &Source{Plain: true}
	if _, err := nlp.ParseTermList(name, f); err != nil {
		if err = s.addFaults(err); err != nil {
			return nil, err
		}
	}
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	sc := bufio.NewScanner(f)
	sc.Buffer(nil, 1<<20)
	for line := 1; sc.Scan(); line++ {
		term := strings.TrimSpace(strings.TrimPrefix(sc.Text(), "\uFEFF"))
		if term == "" || strings.HasPrefix(term, "#") || seen[term] || !utf8.ValidString(term) {
			continue
		}
		seen[term] = true
		s.Entries = append(s.Entries, Entry{File: name, Line: line, Term: chaping.Term{Name: term}})
	}
	return s, nil // a line that the scanner cannot read is among the faults
}

// addFaults takes the faults out of an error; what is no fault of the data
// comes back.
func (s *Source) addFaults(err error) error {
	list := []error{err}
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		list = joined.Unwrap()
	}
	for _, err := range list {
		var fault *chaping.InputError
		if !errors.As(err, &fault) {
			return err
		}
		s.Faults = append(s.Faults, fault)
	}
	return nil
}
