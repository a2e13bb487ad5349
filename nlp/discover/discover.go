package discover

import (
	"bufio"
	"bytes"
	"cmp"
	"compress/gzip"
	"context"
	"fmt"
	"io/fs"
	"math"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"github.com/go-ego/gse"
	"golang.org/x/sync/errgroup"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
	"chaping/nlp/fold"
	"chaping/nlp/match"
	"chaping/nlp/polarity"
)

// Reviews is a stream of reviews that can be read more than once. The review
// may be overwritten by the next one.
type Reviews func(each func(*chaping.Review) error) error

// Options say what is looked at.
type Options struct {
	Target     Reviews         // all reviews of the period
	Baseline   Reviews         // all reviews of the periods before; nil for none
	Dictionary *nlp.Dictionary // what is known already
	Model      *polarity.Model // ranks by what complains of the product; nil: by z alone
	MinReviews int             // of the target that a phrase must stand in; at least 2
	MinZ       float64         // lowest z that is suggested
	Examples   int             // of each phrase
}

// A Suggestion is a phrase that rises.
type Suggestion struct {
	Phrase   string // folded: simplified, lower case, half width
	Z        float64
	LogOdds  float64 // δ, natural logarithm
	Target   uint64  // negative reviews of the period that hold it
	Baseline uint64  // reviews of the baseline that hold it
	// Complaint is how likely, on average, the clauses that hold it complain of the
	// product: 0 … 1, speech of service, price and gifts being 0. 1 without a model.
	Complaint float64
	Examples  []string
}

// A Result is what was found.
type Result struct {
	Target      uint64 // negative reviews of the period
	Baseline    uint64 // reviews compared with
	SamePeriod  bool   // the baseline is the other reviews of the same period
	Candidates  int    // phrases that were scored
	Suggestions []Suggestion
}

const (
	maxTokens     = 6
	minRunes      = 2
	maxRunes      = 8
	maxCounts     = 1_000_000 // n-grams counted at a time
	maxCandidates = 30_000
	minPMI        = 1.0
	minEntropy    = 0.7
	whole         = 0.7  // share of reviews at which the longer phrase stands for the shorter
	maxText       = 4000 // characters of a review that are looked at; nobody reports a fault after that
	maxNeighbours = 64   // different characters beside a phrase that are told apart
	exampleReach  = 20   // characters shown on each side
	batchReviews  = 500  // reviews that go to a core at once
	minNegatives  = 50   // fewer in the baseline are no baseline
	edge          = rune(0)
)

// notFirst and notLast are characters that no phrase begins or ends with:
// particles, pronouns, adverbs of degree, measure words.
const (
	notFirst = "的了着过是我你您他她它们也都就还很太又再在有和跟与把被给对从到这那个么吗呢吧啊呀哦说会要能让而且但并才已最更挺较里些次点件只条台家什几一二两三四五六七八九十"
	notLast  = "的了着是我你您他她它们也都就还很太又再在有和跟与把被给对从这那个么吗呢吧啊呀哦说会要能让得而且但并才已最更挺较不没无未别些次件只条台什几一二两三四五六七八九十"
)

// Suggest looks for phrases that rise: highest first the z that is weighed by how
// likely their clauses complain of the product. What merely occurs in bad
// reviews (送人, 下次) comes last.
func Suggest(ctx context.Context, o Options) (*Result, error) {
	o.MinReviews = max(o.MinReviews, 2)
	f, err := newFinder(o.Dictionary)
	if err != nil {
		return nil, err
	}
	f.model = o.Model
	return f.suggest(ctx, o)
}

func (f *finder) suggest(ctx context.Context, o Options) (*Result, error) {
	r := &Result{}
	if err := f.candidates(ctx, o, r); err != nil {
		return nil, err
	}
	if len(f.phrases) == 0 {
		return r, nil
	}
	if err := f.count(ctx, o, r); err != nil {
		return nil, err
	}
	f.rank(o, r)
	return r, nil
}

// finder is one search.
type finder struct {
	limit   int // n-grams counted at a time
	folder  *fold.Folder
	known   *nlp.Miner // of the dictionary; nil when there is none
	model   *polarity.Model
	seg     gse.Segmenter
	phrases []*phrase
	auto    *match.Trie // of phrases
}

type phrase struct {
	text string
	pmi  float64 // at the weakest seam; +Inf for a single word

	target, rest, baseline uint64 // reviews that hold it
	complaint              uint64 // percents of complaint in the clauses of target
	left, right            neighbours
	examples               []example
}

type example struct {
	order uint64
	text  string
}

func newFinder(d *nlp.Dictionary) (*finder, error) {
	table, err := fs.ReadFile(dictionaries.Files, "t2s.txt")
	if err != nil {
		return nil, err
	}
	f := &finder{limit: maxCounts}
	if f.folder, err = fold.New("t2s.txt", bytes.NewReader(table)); err != nil {
		return nil, err
	}
	if d != nil && len(d.Terms) > 0 {
		if f.known, err = nlp.NewMiner(d); err != nil {
			return nil, err
		}
	}
	return f, f.loadWords()
}

func (f *finder) loadWords() error {
	file, err := dictionaries.Files.Open("gse-base.txt.gz")
	if err != nil {
		return err
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		return err
	}
	f.seg.NotLoadHMM, f.seg.SkipLog = true, true
	f.seg.Dict = gse.NewDict()
	f.seg.Init()
	sc := bufio.NewScanner(zr)
	for sc.Scan() {
		word, num, _ := strings.Cut(sc.Text(), " ")
		if freq, err := strconv.Atoi(num); err == nil && word != "#" {
			if err := f.seg.AddToken(word, float64(freq)); err != nil {
				return err
			}
		}
	}
	return sc.Err()
}

// scratch is what one core works with.
type scratch struct {
	text  fold.Text
	found []match.Match
	seen  map[string]bool
	hits  []int
}

// read folds a review and takes out what the dictionary reads.
func (f *finder) read(sc *scratch, body string) []rune {
	f.folder.Fold(&sc.text, body)
	runes := sc.text.Runes[:min(len(sc.text.Runes), maxText)]
	if f.known != nil {
		f.known.Blank(runes)
	}
	return runes
}

// each runs work over the reviews of a stream on all cores and gives its
// results to merge, one at a time.
func each[T any](ctx context.Context, reviews Reviews, work func(sc *scratch, batch []chaping.Review) T, merge func(T)) error {
	g, ctx := errgroup.WithContext(ctx)
	batches := make(chan []chaping.Review, runtime.NumCPU())
	var mu sync.Mutex
	g.Go(func() error {
		defer close(batches)
		var batch []chaping.Review
		send := func() error {
			select {
			case batches <- batch:
				batch = nil
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		err := reviews(func(r *chaping.Review) error {
			if r.Default {
				return nil // the platform's words, not a buyer's
			}
			if batch = append(batch, *r); len(batch) < batchReviews {
				return nil
			}
			return send()
		})
		if err != nil {
			return err
		}
		return send()
	})
	for range runtime.NumCPU() {
		g.Go(func() error {
			sc := &scratch{seen: map[string]bool{}}
			for batch := range batches {
				out := work(sc, batch)
				mu.Lock()
				merge(out)
				mu.Unlock()
			}
			return ctx.Err()
		})
	}
	return g.Wait()
}

// candidates reads the target's negative reviews and chooses phrases.
func (f *finder) candidates(ctx context.Context, o Options, r *Result) error {
	type part struct {
		reviews uint64
		grams   map[string]uint32
	}
	counts := map[string]uint32{}
	floor := uint32(0)
	err := each(ctx, o.Target, func(sc *scratch, batch []chaping.Review) part {
		p := part{grams: map[string]uint32{}}
		for i := range batch {
			if batch[i].Grade == chaping.Negative {
				p.reviews++
				f.grams(sc, batch[i].Body(), p.grams)
			}
		}
		return p
	}, func(p part) {
		r.Target += p.reviews
		for g, n := range p.grams {
			counts[g] += n
		}
		for len(counts) > f.limit {
			floor++
			for g, n := range counts {
				if n <= floor {
					delete(counts, g)
				}
			}
		}
	})
	if err != nil {
		return err
	}
	for gram, n := range counts {
		words := strings.Split(gram, " ")
		text := strings.Join(words, "")
		if int(n) < o.MinReviews || !plausible(text) {
			continue
		}
		if pmi := f.pmi(words, counts, float64(r.Target), float64(floor)); pmi >= minPMI {
			f.phrases = append(f.phrases, &phrase{text: text, pmi: pmi, target: uint64(n)})
		}
	}
	slices.SortFunc(f.phrases, func(a, b *phrase) int {
		return cmp.Or(cmp.Compare(b.target, a.target), strings.Compare(a.text, b.text))
	})
	// The same characters may be cut in two ways: one phrase.
	seen := map[string]bool{}
	f.phrases = slices.DeleteFunc(f.phrases, func(p *phrase) bool {
		twice := seen[p.text]
		seen[p.text] = true
		return twice
	})
	f.phrases = f.phrases[:min(len(f.phrases), maxCandidates)]
	texts := make([]string, len(f.phrases))
	for i, p := range f.phrases {
		texts[i] = p.text
		p.target = 0
	}
	f.auto = match.New(f.folder, texts)
	return nil
}

// grams adds the runs of words of one review to counts, each once, words
// parted by spaces.
func (f *finder) grams(sc *scratch, body string, counts map[string]uint32) {
	runes := f.read(sc, body)
	clear(sc.seen)
	for start := 0; start < len(runes); {
		if !inWord(runes[start]) {
			start++
			continue
		}
		end := start
		for end < len(runes) && inWord(runes[end]) {
			end++
		}
		words := f.seg.Cut(string(runes[start:end]), false)
		for i := range words {
			runes := 0
			for n := 1; n <= maxTokens && i+n <= len(words); n++ {
				if runes += utf8.RuneCountInString(words[i+n-1]); runes > maxRunes {
					break
				}
				sc.seen[strings.Join(words[i:i+n], " ")] = true
			}
		}
		start = end
	}
	for g := range sc.seen {
		counts[g]++
	}
}

func inWord(r rune) bool { return r != fold.Symbol && (unicode.IsLetter(r) || unicode.IsNumber(r)) }

// plausible tells whether a phrase has a fit length, a Chinese character, and
// no function word at its edges.
func plausible(text string) bool {
	runes := []rune(text)
	if len(runes) < minRunes || len(runes) > maxRunes || !slices.ContainsFunc(runes, func(r rune) bool { return unicode.Is(unicode.Han, r) }) {
		return false
	}
	return !strings.ContainsRune(notFirst, runes[0]) && !strings.ContainsRune(notLast, runes[len(runes)-1]) &&
		!unicode.IsNumber(runes[0]) && !unicode.IsNumber(runes[len(runes)-1])
}

// pmi is the pointwise mutual information at the weakest seam of a run.
func (f *finder) pmi(words []string, counts map[string]uint32, reviews, floor float64) float64 {
	weakest := math.Inf(1)
	whole := float64(counts[strings.Join(words, " ")])
	for i := 1; i < len(words); i++ {
		left := max(float64(counts[strings.Join(words[:i], " ")]), floor, whole)
		right := max(float64(counts[strings.Join(words[i:], " ")]), floor, whole)
		weakest = min(weakest, math.Log(whole*reviews/(left*right)))
	}
	return weakest
}

// tally is what a batch adds to the phrases it holds.
type tally struct {
	target, rest, baseline uint64
	complaint              uint64
	left, right            neighbours
	examples               []example
}

// count reads both spans and counts the phrases.
func (f *finder) count(ctx context.Context, o Options, r *Result) error {
	type part struct {
		all, negative uint64
		of            map[int]*tally
	}
	read := func(span Reviews, baseline bool, sum func(part)) error {
		return each(ctx, span, func(sc *scratch, batch []chaping.Review) part {
			p := part{of: map[int]*tally{}}
			for i := range batch {
				review := &batch[i]
				p.all++
				negative := review.Grade == chaping.Negative
				if negative {
					p.negative++
				}
				body := review.Body()
				runes := f.read(sc, body)
				sc.found = f.auto.All(sc.found[:0], runes)
				sc.hits = sc.hits[:0]
				for _, m := range sc.found {
					t := p.of[m.Pattern]
					if t == nil {
						t = &tally{}
						p.of[m.Pattern] = t
					}
					if negative && !baseline {
						t.left.add(beside(runes, int(m.Start)-1, notLast))
						t.right.add(beside(runes, int(m.End), notFirst))
					}
					if slices.Contains(sc.hits, m.Pattern) {
						continue
					}
					sc.hits = append(sc.hits, m.Pattern)
					switch {
					case baseline && negative:
						t.baseline++
					case baseline:
					case negative:
						t.target++
						t.complaint += f.complaint(body, int(sc.text.Orig[m.Start]), int(sc.text.Orig[m.End-1])+1)
						t.keep(o.Examples, example{xxhash.Sum64String(review.Platform + "\x00" + review.Product + "\x00" + review.ID),
							chaping.Excerpt(body, int(sc.text.Orig[m.Start]), int(sc.text.Orig[m.End-1])+1, exampleReach)})
					default:
						t.rest++
					}
				}
			}
			return p
		}, func(p part) {
			for i, t := range p.of {
				f.phrases[i].add(t, o.Examples)
			}
			sum(p)
		})
	}
	var rest, before uint64
	err := read(o.Target, false, func(p part) { rest += p.all - p.negative })
	if err != nil {
		return err
	}
	if o.Baseline != nil {
		err := read(o.Baseline, true, func(p part) {
			before += p.negative
		})
		if err != nil {
			return err
		}
	}
	r.Baseline = before
	if before < minNegatives {
		r.Baseline, r.SamePeriod = rest, true
		for _, p := range f.phrases {
			p.baseline = p.rest
		}
	}
	return nil
}

// complaint is how likely, in percent, the clause around runes [from, to) of a
// review complains of the product.
func (f *finder) complaint(body string, from, to int) uint64 {
	if f.model == nil {
		return 100
	}
	runes := []rune(body)
	to = min(to, len(runes))
	for from > 0 && !clauseEnd(runes[from-1]) {
		from--
	}
	for to < len(runes) && !clauseEnd(runes[to]) {
		to++
	}
	clause := string(runes[from:to])
	if ofOthers(clause) {
		return 0
	}
	return uint64(math.Round(100 * f.model.Score(clause)))
}

// beside is the character at i, or the edge of a clause, which a function
// word is as well.
func beside(runes []rune, i int, function string) rune {
	if i < 0 || i >= len(runes) || !inWord(runes[i]) || strings.ContainsRune(function, runes[i]) {
		return edge
	}
	return runes[i]
}

func (t *tally) keep(most int, e example) { t.examples = keep(t.examples, most, e) }

// keep holds on to the examples of the smallest hashes: the same ones
// whatever order the reviews come in.
func keep(list []example, most int, e example) []example {
	i, _ := slices.BinarySearchFunc(list, e, func(a, b example) int {
		return cmp.Or(cmp.Compare(a.order, b.order), strings.Compare(a.text, b.text))
	})
	if i >= most {
		return list
	}
	list = slices.Insert(list, i, e)
	return list[:min(len(list), most)]
}

func (p *phrase) add(t *tally, examples int) {
	p.target += t.target
	p.rest += t.rest
	p.baseline += t.baseline
	p.complaint += t.complaint
	p.left.merge(&t.left)
	p.right.merge(&t.right)
	for _, e := range t.examples {
		p.examples = keep(p.examples, examples, e)
	}
}

// neighbours count the characters on one side of a phrase.
type neighbours struct {
	of    map[rune]uint32
	edges uint32 // ends of clauses, and characters past maxNeighbours
}

func (n *neighbours) add(r rune) {
	if r == edge {
		n.edges++
		return
	}
	n.count(r, 1)
}

func (n *neighbours) count(r rune, times uint32) {
	if n.of == nil {
		n.of = map[rune]uint32{}
	}
	if _, ok := n.of[r]; !ok && len(n.of) >= maxNeighbours {
		n.edges += times
		return
	}
	n.of[r] += times
}

func (n *neighbours) merge(o *neighbours) {
	n.edges += o.edges
	for r, times := range o.of {
		n.count(r, times)
	}
}

// entropy in nats; every edge is a neighbour of its own.
func (n *neighbours) entropy() float64 {
	total := float64(n.edges)
	for _, c := range n.of {
		total += float64(c)
	}
	if total == 0 {
		return 0
	}
	h := float64(n.edges) / total * math.Log(total)
	for _, c := range n.of {
		share := float64(c) / total
		h -= share * math.Log(share)
	}
	return h
}

// LogOdds is the log-odds ratio with an informative Dirichlet prior, and its
// z-score, of a phrase in yt of nt reviews against yb of nb. The prior holds
// size reviews, the phrase in share of them.
func LogOdds(yt, nt, yb, nb, share, size float64) (delta, z float64) {
	a := share * size
	delta = math.Log((yt+a)/(nt+size-yt-a)) - math.Log((yb+a)/(nb+size-yb-a))
	return delta, delta / math.Sqrt(1/(yt+a)+1/(yb+a))
}

// rank scores the phrases and keeps whole ones.
func (f *finder) rank(o Options, r *Result) {
	prior := max(1, float64(min(r.Target, r.Baseline)))
	type scored struct {
		*phrase
		delta, z, complaint float64
	}
	var list []scored
	for _, p := range f.phrases {
		if p.target < uint64(o.MinReviews) || min(p.left.entropy(), p.right.entropy()) < minEntropy {
			continue
		}
		r.Candidates++
		// Half a review more on either side keeps the share off 0 and 1.
		share := (float64(p.target+p.baseline) + 0.5) / (float64(r.Target+r.Baseline) + 1)
		delta, z := LogOdds(float64(p.target), float64(r.Target), float64(p.baseline), float64(r.Baseline), share, prior)
		if z >= o.MinZ {
			list = append(list, scored{p, delta, z, float64(p.complaint) / 100 / float64(p.target)})
		}
	}
	slices.SortFunc(list, func(a, b scored) int {
		return cmp.Or(cmp.Compare(b.z*b.complaint, a.z*a.complaint), cmp.Compare(b.z, a.z), strings.Compare(a.text, b.text))
	})
	target := make(map[string]uint64, len(list))
	for _, s := range list {
		target[s.text] = s.target
	}
	partOfWhole := map[string]bool{}
	for _, s := range list {
		for _, part := range parts(s.text) {
			if n, ok := target[part]; ok && float64(s.target) >= whole*float64(n) {
				partOfWhole[part] = true
			}
		}
	}
	kept := map[string]bool{} // suggestions and all that is in them
	shown := map[string]bool{}
	for _, s := range list {
		if partOfWhole[s.text] || kept[s.text] || slices.ContainsFunc(parts(s.text), func(p string) bool { return shown[p] }) {
			continue
		}
		shown[s.text] = true
		for _, p := range parts(s.text) {
			kept[p] = true
		}
		g := Suggestion{Phrase: s.text, Z: s.z, LogOdds: s.delta, Target: s.target, Baseline: s.baseline, Complaint: s.complaint}
		for _, e := range s.examples {
			g.Examples = append(g.Examples, e.text)
		}
		r.Suggestions = append(r.Suggestions, g)
	}
}

// parts are the substrings of two characters or more, the whole left out.
func parts(s string) []string {
	runes := []rune(s)
	var list []string
	for n := minRunes; n < len(runes); n++ {
		for i := 0; i+n <= len(runes); i++ {
			list = append(list, string(runes[i:i+n]))
		}
	}
	return list
}

// String is a line for a log.
func (s Suggestion) String() string {
	return fmt.Sprintf("%s z=%.2f δ=%.2f %d/%d", s.Phrase, s.Z, s.LogOdds, s.Target, s.Baseline)
}
