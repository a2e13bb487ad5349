// Package dictionaries holds the data that mining works with, embedded, and
// no code:
//
//	terms/*.yaml      term lists, one file a product field (see nlp.LoadDictionary)
//	cues.yaml         cue words that decide whether a problem is claimed (see nlp.NewMiner)
//	gse-base.txt.gz   word list for gse's segmentation, trimmed from go-ego/gse (Apache-2.0)
//	t2s.txt           traditional → simplified characters, from OpenCC (Apache-2.0)
//
// Everything is plain text that a person can read and change; the version of
// a miner is a hash over all of it.
package dictionaries

import "embed"

// Files is the embedded data.
//
//go:embed terms/*.yaml *.yaml *.txt *.gz
var Files embed.FS
