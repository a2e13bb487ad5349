package chaping

// A Hazard is the class of the danger that a term speaks of, after the groups
// of the RAPEX guideline (Decision (EU) 2019/417) and GB/T 22760. Injury words
// and plain quality faults have classes of their own. Empty: unknown.
type Hazard string

// The hazard classes.
const (
	HazardMechanical      Hazard = "mechanical"
	HazardElectrical      Hazard = "electrical"
	HazardThermal         Hazard = "thermal"
	HazardFire            Hazard = "fire"
	HazardChemical        Hazard = "chemical"
	HazardMicrobiological Hazard = "microbiological"
	HazardNoise           Hazard = "noise"
	HazardRadiation       Hazard = "radiation"
	HazardFake            Hazard = "fake"
	HazardInjury          Hazard = "injury"  // words that name harm to a person
	HazardQuality         Hazard = "quality" // faults that endanger nobody
)

// Hazards are all classes, in the order of their names.
func Hazards() []Hazard {
	return []Hazard{
		HazardChemical, HazardElectrical, HazardFake, HazardFire, HazardInjury, HazardMechanical,
		HazardMicrobiological, HazardNoise, HazardQuality, HazardRadiation, HazardThermal,
	}
}

// Chinese names the class as stations read it; empty where it is unknown.
func (h Hazard) Chinese() string {
	switch h {
	case HazardMechanical:
		return "机械"
	case HazardElectrical:
		return "电气"
	case HazardThermal:
		return "高温灼烫"
	case HazardFire:
		return "火灾与爆炸"
	case HazardChemical:
		return "化学"
	case HazardMicrobiological:
		return "微生物"
	case HazardNoise:
		return "噪声与振动"
	case HazardRadiation:
		return "辐射"
	case HazardFake:
		return "标识与假冒"
	case HazardInjury:
		return "人身伤害"
	case HazardQuality:
		return "一般质量"
	}
	return ""
}

// ParseHazard reads a class or its Chinese name.
func ParseHazard(s string) (Hazard, bool) {
	for _, h := range Hazards() {
		if s == string(h) || s == h.Chinese() {
			return h, true
		}
	}
	return "", false
}

// A Severity is how grave a hazard is, from 1 (slight) to 4 (very serious)
// after the RAPEX guideline; 0 is unknown.
type Severity int

// Severities that rules know by name.
const (
	Severe      Severity = 3 // from here on the page of a mention is kept as evidence, and reports name the products
	MaxSeverity Severity = 4
)

// A ProductKey identifies a product.
type ProductKey struct {
	Platform, Product string
}
