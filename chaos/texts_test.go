package chaos

import (
	"math/rand/v2"
	"slices"
	"testing"

	"chaping"
	"chaping/nlp"
)

// TestTextsSayWhatTheyWereMadeToSay: what the other tests count rests on the
// miner's reading each of their sentences as it was meant. Here it is asked by
// itself, so that a new edition of the dictionary or of the network that reads
// one of them otherwise fails every time and not once in ten.
func TestTextsSayWhatTheyWereMadeToSay(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for name, words := range dictionaries {
		var terms []chaping.Term
		for _, w := range words {
			terms = append(terms, chaping.Term{Name: w})
		}
		d, err := nlp.NewDictionary(name, terms)
		if err != nil {
			t.Fatal(err)
		}
		m, err := nlp.NewMiner(d)
		if err != nil {
			t.Fatal(err)
		}
		for range 10_000 {
			r := review{}
			r.write(random)
			var want, got []mention
			for _, said := range r.affirms {
				if slices.Contains(words, said.term) {
					want = append(want, said)
				}
			}
			for _, found := range m.Mine(nil, r.text) {
				if found.Assertion == chaping.Affirmed {
					got = append(got, mention{found.Term, found.Start})
				}
			}
			if !slices.Equal(got, want) {
				t.Fatalf("dictionary %s, %s: %v, want %v", name, r.text, got, want)
			}
		}
	}
}
