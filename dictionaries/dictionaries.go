// Package dictionaries holds the data that mining works with, embedded, and
// no code:
//
//	terms/*.yaml      term lists, one file a product field (see nlp.LoadDictionary)
//	classes.yaml      classes of words that patterns of term files name (see nlp/pattern)
//	goods.yaml        to which product fields goods belong (see nlp.Goods)
//	praise.txt        what satisfied buyers say, for the check of dictionaries (see nlp/lexicon)
//	cues.yaml         cue words that decide whether a problem is claimed (see nlp/assertion)
//	gse-base.txt.gz   word list for gse's segmentation: the Chinese words of 1–4 characters
//	                  and frequency 10 or more of go-ego/gse 0.80.3 (Apache-2.0, data of fxsjy/jieba, MIT)
//	t2s.txt           traditional → simplified characters, from OpenCC (Apache-2.0)
//	assertion.bin.gz  network that decides where no cue does, learnt from labelled pairs (see nlp/assertion)
//	polarity.bin.gz   the text model of package nlp/polarity, learnt from labelled reviews
//
// The network is written by
//
//	go test ./nlp -run TestTrain -update
//
// from the corpora and labels beside the repository and nlp/testdata; do so
// after a cue group was renamed, added or removed. The text model is written by
//
//	chaping train polarity online_shopping_10_cats.csv.gz --out dictionaries/polarity.bin.gz
//
// from the corpus of that name. The rest is text that a person can read and
// change. The version of a miner is a hash over all of it but the text model,
// which has a version of its own, and the praise.
package dictionaries

import "embed"

// Files is the embedded data.
//
//go:embed terms/*.yaml *.yaml *.txt *.gz
var Files embed.FS
