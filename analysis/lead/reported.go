package lead

import "math"

// # Leads of several stations
//
// What stations hand in has no reviews behind it here, only what the sheets
// say. The priority of such a lead is on the same scale, of what the sheets
// know:
//
//	severity   10·(S−1)                        0…30  the gravest term that the sheets name
//	number     10·log10(lower(x) / lower(1))   0…30  x negative reviews on sheets B
//	stations   10·(stations−1)                 0…20  each saw it independently
//	companies  10·log10(companies)             0…10  the most that one sheet tells of
//	kind       10 hidden danger, 5 otherwise   0…10  (R11)
//
// The parts add up to at most 100.

// Reported is what the sheets of stations tell of a product and hazard.
type Reported struct {
	Severity  int    // 1 to Levels; 0: no term is known
	Negative  uint64 // reviews, each once; where the sheets do not tell, the least
	Stations  int
	Companies int
	Hidden    bool // a danger or incident (R11.1)
}

// A Part is one part of a priority.
type Part struct {
	Name   string  `json:"name"` // severity, number, stations, companies, kind
	Points float64 `json:"points"`
	Most   float64 `json:"most"`
}

// The caps of what only leads of several stations have.
const (
	capReviews   = 30
	capStations  = 20
	capCompanies = 10
	capKind      = 10
	otherKind    = 5
)

// Priority is the priority of the lead, 0 to 100, and its parts.
func (r Reported) Priority() (sum float64, parts []Part) {
	kind := float64(otherKind)
	if r.Hidden {
		kind = capKind
	}
	number := max(1, poissonLower(float64(r.Negative))/poissonLower(1))
	parts = []Part{
		{
			Name:   "severity",
			Points: pointsPerDecade * float64(max(r.Severity-1, 0)),
			Most:   pointsPerDecade * (Levels - 1),
		},
		{Name: "number", Points: points(number, capReviews), Most: capReviews},
		{Name: "stations", Points: min(capStations, pointsPerDecade*float64(max(r.Stations-1, 0))), Most: capStations},
		{Name: "companies", Points: points(float64(max(r.Companies, 1)), capCompanies), Most: capCompanies},
		{Name: "kind", Points: kind, Most: capKind},
	}
	for i := range parts {
		parts[i].Points = math.Round(10*parts[i].Points) / 10
		sum += parts[i].Points
	}
	return math.Round(10*sum) / 10, parts
}
