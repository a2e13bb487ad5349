package app

import "chaping/importer"

// What the importer says of files, for those who show it.
type (
	Understanding = importer.Understanding
	Column        = importer.Column
	Confidence    = importer.Confidence
	Field         = importer.Field
	Question      = importer.Question
	QuestionKind  = importer.QuestionKind
	Summary       = importer.Summary
	Example       = importer.Example
	Opinion       = importer.Opinion
)

// How a column was recognised.
const (
	ByPerson = importer.ByPerson
	ByName   = importer.ByName
	Likely   = importer.Likely
	ByValues = importer.ByValues
)

// The kinds of questions.
const (
	AskField    = importer.AskField
	AskGuess    = importer.AskGuess
	AskScale    = importer.AskScale
	AskReversed = importer.AskReversed
	AskOrder    = importer.AskOrder
	AskExported = importer.AskExported
	AskIdentity = importer.AskIdentity
	AskProduct  = importer.AskProduct
	AskShop     = importer.AskShop
	AskFillDown = importer.AskFillDown
	AskGone     = importer.AskGone
	AskTable    = importer.AskTable
	AskMissing  = importer.AskMissing
	AskSheet    = importer.AskSheet
	AskVoid     = importer.AskVoid
	AskUnused   = importer.AskUnused
)

// Fields lists the fields that a column of reviews can be mapped to.
func Fields() []Field { return importer.Fields() }

// ProductFields lists those that a column of a product table can be mapped to.
func ProductFields() []Field { return importer.ProductFields() }

// TitleOf is a field as people call it.
func TitleOf(field string) string { return importer.TitleOf(field) }
