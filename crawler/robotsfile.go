package crawler

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// robotsRules are what a robots.txt says to one crawler, after RFC 9309.
type robotsRules struct {
	rules []robotsRule
	delay time.Duration // Crawl-delay, which the RFC leaves out; 0: none
}

type robotsRule struct {
	pattern string // percent-encoded; * and a final $ have their meaning
	allow   bool
}

// parseRobots reads what the file says to the crawler with that product
// token: all groups that name it, or else all that are for everybody. Lines
// that make no sense are skipped.
func parseRobots(text, token string) *robotsRules {
	var own, all robotsRules
	named := false                // any group is ours
	forUs, forAll := false, false // the group at hand is
	inRules := true               // the last line was not a User-agent
	text = strings.TrimPrefix(text, "\ufeff")
	for line := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == '\n' || r == '\r' }) {
		line, _, _ = strings.Cut(line, "#")
		key, value, ok := strings.Cut(line, ":")
		if !ok {
			continue
		}
		value = strings.TrimSpace(value)
		add := func(f func(*robotsRules)) {
			inRules = true
			if forUs {
				f(&own)
			}
			if forAll {
				f(&all)
			}
		}
		switch strings.ToLower(strings.TrimSpace(key)) {
		case "user-agent":
			if inRules {
				forUs, forAll, inRules = false, false, false
			}
			switch {
			case value == "*":
				forAll = true
			case strings.EqualFold(productToken(value), token):
				forUs, named = true, true
			}
		case "allow", "disallow":
			allow := strings.EqualFold(strings.TrimSpace(key), "allow")
			add(func(r *robotsRules) {
				if value != "" {
					r.rules = append(r.rules, robotsRule{encodePath(value), allow})
				}
			})
		case "crawl-delay":
			add(func(r *robotsRules) {
				if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds > 0 && seconds <= 24*3600 {
					r.delay = time.Duration(seconds * float64(time.Second))
				}
			})
		}
	}
	if named {
		return &own
	}
	return &all
}

// productToken is the part of a User-agent value that is compared.
func productToken(s string) string {
	end := strings.IndexFunc(s, func(r rune) bool {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_' || r == '-'
		return !letter
	})
	if end < 0 {
		return s
	}
	return s[:end]
}

// allows tells whether the URL may be fetched: the longest pattern that
// matches decides, of two equally long ones the one that allows.
func (r *robotsRules) allows(u *url.URL) bool {
	path := encodePath(u.RequestURI())
	allow, longest := true, -1
	for _, rule := range r.rules {
		if n := len(rule.pattern); (n > longest || n == longest && rule.allow) && matchRobots(rule.pattern, path) {
			allow, longest = rule.allow, n
		}
	}
	return allow
}

// matchRobots tells whether the pattern matches the beginning of the path.
func matchRobots(pattern, path string) bool {
	pattern, anchored := strings.CutSuffix(pattern, "$")
	parts := strings.Split(pattern, "*")
	rest, ok := strings.CutPrefix(path, parts[0])
	if !ok {
		return false
	}
	for i, part := range parts[1:] {
		if anchored && i == len(parts)-2 { // the last one, as far back as it goes
			return strings.HasSuffix(rest, part)
		}
		at := strings.Index(rest, part)
		if at < 0 {
			return false
		}
		rest = rest[at+len(part):]
	}
	return !anchored || rest == ""
}

// encodePath writes a path as it is compared: octets outside ASCII are
// percent-encoded, unreserved ones are not.
func encodePath(s string) string {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c == '%' && i+2 < len(s) {
			if n, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				i += 2
				if unreserved(byte(n)) {
					b.WriteByte(byte(n))
				} else {
					fmt.Fprintf(&b, "%%%02X", n)
				}
				continue
			}
		}
		if c >= 0x80 || c <= ' ' {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func unreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.' || c == '_' ||
		c == '~'
}
