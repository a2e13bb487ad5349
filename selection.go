package chaping

import "math"

// A Selection says which rows of a list are wanted, and in which order. It
// names columns; whoever keeps the list knows which there are, and takes
// nothing else from it.
type Selection struct {
	Text       string // somewhere in the texts of a row; "" for all
	Where      []Condition
	Sort       string // a column; "" for the order that the list has of its own
	Descending bool
	Offset     int
	Limit      int // 0: all
}

// A Condition is what the value of a column has to be. One of its kinds is set.
type Condition struct {
	Column   string
	Contains string   // of texts
	Is       string   // of what has a few values
	Between  *Between // of numbers, and of moments as Unix milliseconds
}

// Between are the numbers from Low to High, both included. Either may be
// infinite.
type Between struct{ Low, High float64 }

// Has tells whether n lies between the two. What is unknown, NaN, never does.
func (b *Between) Has(n float64) bool { return b.Low <= n && n <= b.High }

// Anything are all numbers.
func Anything() Between { return Between{Low: math.Inf(-1), High: math.Inf(1)} }
