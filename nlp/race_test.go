//go:build race

package nlp

func init() { racing = true }
