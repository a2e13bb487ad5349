// Package discover finds words and phrases that rise in negative reviews and
// that no dictionary has yet, so that an editor can decide whether they are
// new names of a problem.
//
// # Method
//
// The target is the negative reviews of a period; the baseline is the
// negative reviews of the periods before it, or, where there are none, the
// other reviews of the same period. What counts is in how many reviews a
// phrase stands, not how often: one angry buyer repeats himself.
//
//  1. Candidates. Every clause of the target is cut by gse; runs of one to
//     six of its words, two to eight characters long, are counted. An unknown
//     word falls into single characters, and so comes out as a run. Text that
//     the dictionary already reads is taken out first.
//
//  2. Boundaries. A run must hang together: at its weakest seam its parts
//     stand together e times as often as chance would have it (pointwise
//     mutual information of at least 1). And it must be free on both sides:
//     the entropy of the characters beside it is at least 0.7, the edge of a
//     clause or a function word counting as a new character each time
//     (branching entropy). It
//     neither begins nor ends with a function word.
//
//  3. Score. Log-odds ratio with an informative Dirichlet prior, equations 15,
//     18, 20 to 22 of Monroe, Colaresi & Quinn, "Fightin' Words", Political
//     Analysis 16 (2008), for a phrase that stands in y of n reviews:
//
//     δ = log (yᵗ+a)/(nᵗ+A−yᵗ−a) − log (yᵇ+a)/(nᵇ+A−yᵇ−a)
//     z = δ / √(1/(yᵗ+a) + 1/(yᵇ+a))
//
//     The prior holds A pseudo-reviews, as many as the smaller side has
//     reviews, a of them with the phrase, in the
//     share that it has in target and baseline together. Both sides are drawn
//     towards that share, rare phrases most, so that they need more evidence.
//
//  4. Whole phrases. Of two that contain each other the longer one stays when
//     it stands in at least 70 % of the other's reviews, else the one with the
//     higher z.
//
// z orders; it is no proof. Among tens of thousands of candidates some pass
// any threshold by chance, and a new product brings new words without any
// problem: the examples are there to be read.
//
// Memory is bounded: counts that stay low are dropped when there are too many
// of them (lossy counting, Manku & Motwani 2002), so that in a very large
// target a phrase may lose its rarest occurrences while candidates are
// chosen; the numbers reported are counted in a second reading, exactly.
package discover
