package assertion

import (
	"fmt"

	"chaping"
)

// The features come in this order: one a cue group, one a kind, one a status
// that the cues give, then those named here, then near by kind and tone by
// kind.
const (
	fNear       = iota // score of the characters around the mention
	fTone              // score of the text around it
	fNearPos           // the same, positive part: how strongly, not only which way
	fTonePos           //
	fToneBefore        // the same of what stands before the mention
	fToneAfter         // and of what stands after it
	fQuestion          // the sentence ends with a question mark
	fExclaim           // the sentence ends with an exclamation mark
	fShort             // the text is short
	fLong              // the text is long
	fFirst             // the mention opens its clause
	fLast              // the mention closes its clause
	fList              // further mentions stand in its clause
	fAlone             // no cue governs it
	fixedFeatures
)

var fixedNames = [fixedFeatures]string{"near", "tone", "near+", "tone+", "tone<", "tone>", "question", "exclaim", "short", "long", "first", "last", "list", "alone"}

var statuses = [...]chaping.Assertion{chaping.Affirmed, chaping.Negated, chaping.Hypothetical, chaping.Other}

func (j *Judge) nameFeatures(c *Cues) {
	for _, g := range j.groups {
		j.names = append(j.names, "cue:"+g.id)
	}
	for _, k := range c.Kinds {
		j.names = append(j.names, "kind:"+k.ID)
	}
	for _, s := range statuses {
		j.names = append(j.names, "rule:"+string(s))
	}
	j.names = append(j.names, fixedNames[:]...)
	for _, k := range c.Kinds {
		j.names = append(j.names, "near*kind:"+k.ID, "tone*kind:"+k.ID)
	}
}

// weigh sets the weights by feature name.
func (j *Judge) weigh(w *Weights) error {
	j.weights = make([]float32, len(j.names))
	j.bias = float32(w.Bias)
	known := 0
	for n, name := range j.names {
		if x, ok := w.Weights[name]; ok {
			j.weights[n] = float32(x)
			known++
		}
	}
	if known != len(w.Weights) {
		return &chaping.InputError{File: "weights.yaml", Problem: fmt.Sprintf("%d 个权重里只有 %d 个与线索词表对应", len(w.Weights), known),
			Remedy: "恢复自带的文件；线索组改名、增删后运行 go test ./nlp -run TestTrain -update"}
	}
	return nil
}

// FeatureNames are the names of the features, in order.
func (j *Judge) FeatureNames() []string { return j.names }

// Features gives the features of mention i, valid until sc is used again. The
// Judge must have a Context.
func (j *Judge) Features(sc *Scratch, text []rune, spans []Span, i int) []float32 {
	j.read(sc, text, spans, i)
	j.features(sc, text, spans, i, j.rule(sc, false))
	return sc.vector
}

// features fills sc.vector after read.
func (j *Judge) features(sc *Scratch, text []rune, spans []Span, i int, rule Verdict) {
	if cap(sc.vector) < len(j.names) {
		sc.vector = make([]float32, len(j.names))
	}
	v := sc.vector[:len(j.names)]
	clear(v)
	sc.vector = v
	m := spans[i]
	for g, h := range sc.fired {
		if h != 0 {
			v[g] = 1
		}
	}
	at := len(j.groups)
	for k := range j.kinds {
		if m.Kinds&(1<<k) != 0 {
			v[at+k] = 1
		}
	}
	at += len(j.kinds)
	for n, s := range statuses {
		if rule.Status == s {
			v[at+n] = 1
		}
	}
	at += len(statuses)
	f := v[at : at+fixedFeatures]
	near, tone, toneBefore, toneAfter := j.context.Score(text, m.Start, m.End)
	near, tone = clamp(near), clamp(tone)
	f[fNear], f[fTone] = near, tone
	f[fToneBefore], f[fToneAfter] = clamp(toneBefore), clamp(toneAfter)
	f[fNearPos], f[fTonePos] = max(near, 0), max(tone, 0)
	s := sc.scope
	if int(s.sentB) < len(text) {
		switch text[s.sentB] {
		case '？':
			f[fQuestion] = 1
		case '！':
			f[fExclaim] = 1
		}
	}
	set := func(n int, cond bool) {
		if cond {
			f[n] = 1
		}
	}
	set(fShort, len(text) < 15)
	set(fLong, len(text) > 150)
	set(fFirst, m.Start == s.clauseA)
	set(fLast, m.End == s.clauseB)
	set(fList, i > 0 && spans[i-1].Start >= s.clauseA || i+1 < len(spans) && spans[i+1].End <= s.clauseB)
	set(fAlone, rule.Cue == "")
	at += fixedFeatures
	for k := range j.kinds {
		if m.Kinds&(1<<k) != 0 {
			v[at+2*k], v[at+2*k+1] = near, tone
		}
	}
}

func clamp(x float32) float32 { return max(-4, min(4, x)) }
