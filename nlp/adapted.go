package nlp

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"chaping"
	"chaping/nlp/assertion"
)

// Adapted is the miner with an adapter that was learnt from decisions; nil gives
// the miner as it is without one. Both share everything else.
func (m *Miner) Adapted(a *assertion.Adapter) *Miner {
	plain := m
	if m.plainMiner != nil {
		plain = m.plainMiner
	}
	if a == nil {
		return plain
	}
	knows := *plain.knowledge
	knows.judge = knows.judge.Adapted(a)
	out := &Miner{
		index: plain.index, knowledge: &knows, dict: plain.dict, rulesOf: plain.rulesOf,
		version: with(plain.version, a), base: with(plain.base, a), adapter: a, plainMiner: plain,
	}
	out.pool.New = func() any { return new(scratch) }
	out.tabulate()
	return out
}

// Adapter is what the miner has learnt from decisions; nil: nothing.
func (m *Miner) Adapter() *assertion.Adapter { return m.adapter }

// with is a version with an adapter.
func with(version string, a *assertion.Adapter) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s adapter %s", version, a.Version()))
	return hex.EncodeToString(sum[:])[:12]
}

// An adapter's names of terms and groups. Goods of several fields have one for
// each.
func termName(term, field string) string {
	if field == "" {
		return "词条 " + term
	}
	return "词条 " + term + "（" + field + "）"
}

func hazardName(h string) string { return "危害 " + h }

func fieldName(field string) string { return "领域 " + field }

// namesOf are an adapter's names of a mention of the term on the goods.
func (m *Miner) namesOf(term int, g Goods) (terms, groups []string) {
	t := &m.dict.Terms[term]
	groups = append(groups, hazardName(t.Hazard.Chinese()))
	for _, f := range m.FieldsOf(g) {
		terms, groups = append(terms, termName(t.Name, f)), append(groups, fieldName(f))
	}
	if !g.Known() {
		terms = append(terms, termName(t.Name, ""))
	}
	return terms, groups
}

// tabulate lays out what the adapter says of terms: for each of them what it says
// on goods that are not known, on all that are, and besides on every field.
func (m *Miner) tabulate() {
	for i := range m.dict.Terms {
		t := &m.dict.Terms[i]
		hazard := m.adapter.Shift(hazardName(t.Hazard.Chinese()))
		m.shifts = append(m.shifts, hazard+m.adapter.Shift(termName(t.Name, "")), hazard)
		for _, f := range m.goods.names {
			m.shifts = append(m.shifts, m.adapter.Shift(termName(t.Name, f), fieldName(f)))
		}
	}
}

// shift sets what the adapter says of the mentions' terms on the goods.
func (m *Miner) shift(sc *scratch, g Goods) {
	if m.adapter == nil {
		return
	}
	width := 2 + len(m.goods.names)
	for i := range sc.spans {
		row := m.shifts[m.term(sc, i)*width:][:width]
		shift := row[0]
		if g.Known() {
			shift = row[1]
			for f, x := range row[2:] {
				if g.fields&(1<<f) != 0 {
					shift += x
				}
			}
		}
		sc.spans[i].Shift = shift
	}
}

// Confidence is how far the model's log-odds of the surest affirmed mention of a
// term in a review are above those from which a mention is affirmed, and that
// mention: what is near zero is doubtful. It is not known where a cue decides or
// nothing is affirmed.
func (m *Miner) Confidence(text string, g Goods, term string) (sure float32, mention chaping.Mention, known bool) {
	sc := m.pool.Get().(*scratch)
	defer m.pool.Put(sc)
	if len(text) > maxPiece {
		text = text[:m.pieceEnd(text)]
	}
	m.candidates(sc, text, g, nil)
	m.shift(sc, g)
	m.judge.Prepare(&sc.judge, sc.text.Runes, sc.spans)
	for i, s := range sc.spans {
		if m.dict.Terms[m.term(sc, i)].Name != term {
			continue
		}
		v := m.judge.Status(&sc.judge, sc.text.Runes, sc.spans, i)
		switch {
		case v.Status != chaping.Affirmed:
		case v.Cue != "":
			return 0, mention, false
		case !known || v.Margin > sure:
			sure, mention, known = v.Margin, m.mention(sc, text, s, m.term(sc, i), v), true
		}
	}
	return sure, mention, known
}
