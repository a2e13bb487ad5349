package importer

import (
	"io"
	"regexp"
)

// repaired makes JSON of what programs write in its place: NaN and Infinity become
// null, and a comma before a closing bracket goes.
type repaired struct {
	r      io.Reader
	in     []byte // read and not yet looked at
	out    []byte // to be given
	quoted bool
	escape bool
	comma  bool // one is held back, with the blanks behind it
	blanks []byte
	err    error
}

// needsRepair tells whether the beginning of a text has what is to be repaired.
var needsRepair = regexp.MustCompile(`[:\[,]\s*(?:NaN|-?Infinity)\b|,\s*[\]}]`)

const longestWord = len("-Infinity")

func (j *repaired) Read(p []byte) (int, error) {
	for len(j.out) == 0 {
		if j.err != nil && len(j.in) == 0 {
			j.release()
			if len(j.out) > 0 {
				break
			}
			return 0, j.err
		}
		if j.err == nil {
			buffer := make([]byte, 1<<16)
			n, err := j.r.Read(buffer)
			j.in, j.err = append(j.in, buffer[:n]...), err
		}
		j.look()
	}
	n := copy(p, j.out)
	j.out = j.out[n:]
	return n, nil
}

// release gives what was held back.
func (j *repaired) release() {
	if j.comma {
		j.out = append(append(j.out, ','), j.blanks...)
		j.comma, j.blanks = false, j.blanks[:0]
	}
}

// look passes on what was read, but for an end that may be part of a word.
func (j *repaired) look() {
	i := 0
words:
	for ; i < len(j.in); i++ {
		c := j.in[i]
		if j.quoted {
			j.quoted = j.escape || c != '"'
			j.escape = !j.escape && c == '\\'
			j.out = append(j.out, c)
			continue
		}
		switch c {
		case ' ', '\t', '\r', '\n':
			if j.comma {
				j.blanks = append(j.blanks, c)
			} else {
				j.out = append(j.out, c)
			}
			continue
		case ']', '}':
			if j.comma {
				j.comma, j.out, j.blanks = false, append(j.out, j.blanks...), j.blanks[:0]
			}
		case ',':
			j.release()
			j.comma = true
			continue
		}
		j.release()
		if c == 'N' || c == 'I' || c == '-' {
			if len(j.in)-i < longestWord && j.err == nil {
				break words
			}
			if n := wordAt(j.in[i:]); n > 0 {
				j.out = append(j.out, "null"...)
				i += n - 1
				continue
			}
		}
		j.quoted = c == '"'
		j.out = append(j.out, c)
	}
	j.in = append(j.in[:0], j.in[min(i, len(j.in)):]...)
}

// wordAt is the length of the word that JSON has not.
func wordAt(b []byte) int {
	for _, word := range []string{"NaN", "Infinity", "-Infinity"} {
		if len(b) >= len(word) && string(b[:len(word)]) == word {
			return len(word)
		}
	}
	return 0
}
