package chaping

import (
	"fmt"
	"strings"
)

// A Code sorts errors by what the user can do about them. The values are the
// program's exit codes.
type Code int

// The codes.
const (
	CodeInternal    Code = 1 // a fault of ours or of the system below us
	CodeUsage       Code = 2 // the command was called wrongly
	CodeInput       Code = 3 // what was to be read cannot be used
	CodeEnvironment Code = 4 // something the program needs is missing, locked or taken
	CodePartial     Code = 5 // done, but part of the input was refused
)

// An Error is what a user is told: a sentence in Chinese and what to do.
// Err keeps the cause for the log. Error does not word the Advice; Explain does.
type Error struct {
	Code    Code
	Message string // what happened
	Remedy  string // what to do about it, in words that hold on every face
	Advice  Advice // or in words that each face has of its own
	Err     error  // cause; may be nil
}

func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Message)
	if e.Err != nil {
		fmt.Fprintf(&b, "：%v", e.Err)
	}
	if e.Remedy != "" {
		fmt.Fprintf(&b, "。处理办法：%s", e.Remedy)
	}
	return b.String()
}

func (e *Error) Unwrap() error { return e.Err }

// An InputError is a fault in data that somebody gave us. It names the place,
// the value and the remedy; what is good around it is kept.
type InputError struct {
	File    string `json:"file"`
	Line    int    `json:"line"`  // 1-based line or row; 0 when the whole file is meant
	Field   string `json:"field"` // column, key or path; empty when the whole line is meant
	Value   string `json:"value"` // as found, shortened
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
	Advice  Advice `json:"-"` // instead of Remedy, in words that each face has of its own
}

func (e *InputError) Error() string {
	var b strings.Builder
	b.WriteString(e.File)
	if e.Line > 0 {
		fmt.Fprintf(&b, " 第 %d 行", e.Line)
	}
	if e.Field != "" {
		fmt.Fprintf(&b, " 字段“%s”", e.Field)
	}
	if e.Value != "" {
		fmt.Fprintf(&b, " 值“%s”", Shorten(e.Value, 40))
	}
	if b.Len() > 0 {
		b.WriteString("：")
	}
	b.WriteString(e.Problem)
	if e.Remedy != "" {
		fmt.Fprintf(&b, "。处理办法：%s", e.Remedy)
	}
	return b.String()
}

// Shorten cuts s to at most n runes for a message, marking the cut with an
// ellipsis, and makes control characters and invalid bytes visible as spaces.
func Shorten(s string, n int) string {
	var b strings.Builder
	for _, r := range s {
		if n == 0 {
			b.WriteRune('…')
			break
		}
		n--
		if r < ' ' || r == 0x7f || r == '\uFFFD' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}
