package nlp

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"io/fs"
	"sync"

	"chaping/dictionaries"
	"chaping/nlp/assertion"
	"chaping/nlp/fold"
	"chaping/nlp/pattern"
)

// networkFile is the shipped network's name in package dictionaries.
const networkFile = "assertion.bin.gz"

// An Option changes how a Miner works.
type Option func(*options)

type options struct {
	data     fs.FS
	cuesOnly bool
}

// withCuesOnly leaves the network out: what it is to learn is where the cues
// alone leave a mention.
func withCuesOnly() Option { return func(o *options) { o.cuesOnly = true } }

// WithData takes cue words, base dictionary and weights from fsys instead of
// the embedded ones. File names as in package dictionaries.
func WithData(fsys fs.FS) Option { return func(o *options) { o.data = fsys } }

func (o *options) knowledge() (*knowledge, error) {
	switch {
	case o.data != nil:
		return readKnowledge(o.data, o.cuesOnly)
	case o.cuesOnly:
		return readKnowledge(dictionaries.Files, true)
	}
	return shippedKnowledge()
}

// knowledge is what mining needs beside a dictionary.
type knowledge struct {
	folder  *fold.Folder
	cues    *assertion.Cues
	judge   *assertion.Judge
	classes *pattern.Classes
	goods   *goods
	list    []byte // baseFile, which is read for each dictionary
	sums    []byte // a line of name and hash for each file
}

// shippedKnowledge is read once: miners of other dictionaries share it.
var shippedKnowledge = sync.OnceValues(func() (*knowledge, error) { return readKnowledge(dictionaries.Files, false) })

// readKnowledge reads it from files named as in package dictionaries.
func readKnowledge(data fs.FS, cuesOnly bool) (*knowledge, error) {
	k := &knowledge{}
	files := map[string][]byte{}
	names := []string{"t2s.txt", "cues.yaml", classesFile, goodsFile, baseFile}
	if !cuesOnly {
		names = append(names, networkFile)
	}
	for _, name := range names {
		b, err := fs.ReadFile(data, name)
		if err != nil {
			return nil, dataFault(name, err)
		}
		files[name] = b
		k.sums = fmt.Appendf(k.sums, "%s %x\n", name, sha256.Sum256(b))
	}
	k.list = files[baseFile]
	var err error
	if k.folder, err = fold.New("t2s.txt", bytes.NewReader(files["t2s.txt"])); err != nil {
		return nil, err
	}
	if k.cues, err = assertion.ReadCues("cues.yaml", bytes.NewReader(files["cues.yaml"])); err != nil {
		return nil, err
	}
	var network *assertion.Network
	if file, ok := files[networkFile]; ok {
		if network, err = assertion.ReadNetwork(networkFile, bytes.NewReader(file)); err != nil {
			return nil, err
		}
	}
	if k.judge, err = assertion.New(k.cues, network, k.folder); err != nil {
		return nil, err
	}
	if k.classes, err = pattern.ReadClasses(classesFile, bytes.NewReader(files[classesFile])); err != nil {
		return nil, err
	}
	if k.goods, err = readGoods(goodsFile, bytes.NewReader(files[goodsFile]), k.folder); err != nil {
		return nil, err
	}
	return k, nil
}

// hash is a short hash of a line and of the files.
func (k *knowledge) hash(line string) string {
	return fmt.Sprintf("%x", sha256.Sum256(append([]byte(line), k.sums...)))[:12]
}
