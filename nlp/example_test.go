package nlp_test

import (
	"fmt"
	"log"
	"strings"

	"chaping/nlp"
)

// A term is counted only where the review says that it happened.
func ExampleMiner_Mine() {
	dictionary, err := nlp.ParseTermList("terms.txt", strings.NewReader("漏电\n异味\n"))
	if err != nil {
		log.Fatal(err)
	}
	miner, err := nlp.NewMiner(dictionary)
	if err != nil {
		log.Fatal(err)
	}
	for _, m := range miner.Mine(nil, "用了三天就漏电，好在没有异味") {
		fmt.Printf("%s %d-%d %s %q\n", m.Term, m.Start, m.End, m.Assertion, m.Cue)
	}
	// Output:
	// 漏电 5-7 affirmed ""
	// 异味 12-14 negated "没有"
}
