package ingest

import (
	"net/url"
	"path"
	"slices"
	"strings"

	"chaping"
)

// maxAddress is the longest address of a picture or video that is kept, bytes.
const maxAddress = 2000

// Media are the addresses of pictures and videos in what a source writes of a
// review: an address, several with anything between them, or JSON that has some.
// Relative ones are completed from base, which may be nil. What is no address of
// a web page's kind is left out, and so is what comes after chaping.MaxMedia.
func Media(pictures, videos string, base *url.URL) []chaping.Medium {
	var list []chaping.Medium
	add := func(text string, video bool) {
		for _, address := range addresses(text) {
			if address = webAddress(address, base); address == "" || len(list) == chaping.MaxMedia {
				continue
			}
			m := chaping.Medium{URL: address, Video: video || isVideo(address)}
			if !slices.ContainsFunc(list, func(x chaping.Medium) bool { return x.URL == m.URL }) {
				list = append(list, m)
			}
		}
	}
	add(pictures, false)
	add(videos, true)
	return list
}

// escaped are the ways in which JSON and HTML write a character of addresses.
var escaped = strings.NewReplacer(`\/`, "/", `\u002F`, "/", `\u002f`, "/", "&amp;", "&")

// addresses cuts a text into what may be addresses.
func addresses(text string) []string {
	if text == "" { // as of most reviews
		return nil
	}
	text = escaped.Replace(text)
	parts := strings.FieldsFunc(text, func(r rune) bool {
		return r <= ' ' || strings.ContainsRune("\"'<>|;；，、[]{}\\\u3000", r)
	})
	var list []string
	for _, part := range parts {
		// A comma may belong to an address; before the next one it does not.
		for {
			at := nextAddress(part)
			if at < 0 {
				list = append(list, strings.Trim(part, ","))
				break
			}
			list = append(list, strings.Trim(part[:at], ","))
			part = part[at+1:]
		}
	}
	return list
}

// nextAddress is the place of a comma after which an address begins; -1: none.
func nextAddress(s string) int {
	from := 0
	for {
		i := strings.IndexByte(s[from:], ',')
		if i < 0 {
			return -1
		}
		from += i
		rest := s[from+1:]
		if strings.HasPrefix(rest, "http://") || strings.HasPrefix(rest, "https://") || strings.HasPrefix(rest, "//") {
			return from
		}
		from++
	}
}

// webAddress is a whole address of http or https without credentials and
// fragment; empty for anything else.
func webAddress(s string, base *url.URL) string {
	if len(s) < 4 || len(s) > maxAddress || base == nil && !strings.Contains(s, "//") || !strings.ContainsAny(s, "/.") {
		return ""
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	if base != nil {
		u = base.ResolveReference(u)
	} else if u.Scheme == "" && u.Host != "" {
		u.Scheme = "https"
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.Opaque != "" {
		return ""
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	whole := u.String()
	if again, err := url.Parse(whole); err != nil || again.Hostname() == "" { // of a port, or escapes
		return ""
	}
	return whole
}

// isVideo tells by an address's ending whether it leads to a video.
func isVideo(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	switch strings.ToLower(path.Ext(u.Path)) {
	case ".mp4", ".m4v", ".mov", ".webm", ".m3u8", ".flv", ".avi", ".mkv", ".3gp":
		return true
	}
	return false
}
