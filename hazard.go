package chaping

// Hazard classes that rules know by name; the others are the dictionary's, see
// package dictionaries.
const (
	HazardInjury  = "injury"  // words that name harm to a person
	HazardQuality = "quality" // faults that endanger nobody
)

// Severe is from which severity of a term on (1–4) a mention is a severe one:
// its page is kept as evidence, and reports name the products.
const Severe = 3

// A ProductKey identifies a product.
type ProductKey struct {
	Platform, Product string
}
