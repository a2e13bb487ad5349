package crawler

import (
	"bytes"
	"mime"
	"strings"
	"unicode/utf8"

	"chaping/ingest/foreign"

	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Text is the body of a response with that Content-Type in UTF-8, as Collect
// reads it where the profile forces no charset.
func Text(body []byte, contentType string) string {
	text, _ := decode(body, contentType, "")
	return text
}

// decode turns a page into UTF-8. It believes, in this order: the profile, a
// byte order mark, the bytes themselves where they can only be UTF-8, the
// Content-Type header, <meta>. A declaration under which the bytes make no
// sense is not believed if another reading does better. Bytes that are wrong
// under every reading become U+FFFD, and bad tells how many.
func decode(body []byte, contentType, forced string) (text string, bad int) {
	if forced != "" {
		return decodeAs(body, foreign.Charset(forced))
	}
	if rest, ok := bytes.CutPrefix(body, []byte("\xef\xbb\xbf")); ok {
		return decodeAs(rest, unicode.UTF8)
	}
	if e := utf16(body); e != nil {
		return decodeAs(body, e)
	}
	if surelyUTF8(body) {
		return string(body), 0
	}
	declared := ""
	if _, params, err := mime.ParseMediaType(contentType); err == nil {
		declared = params["charset"]
	}
	if declared == "" {
		declared = metaCharset(body)
	}
	first := foreign.Charset(declared)
	if first == nil {
		first = unicode.UTF8
	}
	text, bad = decodeAs(body, first)
	if bad == 0 {
		return text, 0
	}
	for _, e := range []encoding.Encoding{unicode.UTF8, simplifiedchinese.GB18030} {
		if other, worse := decodeAs(body, e); e != first && worse < bad {
			text, bad = other, worse
		}
	}
	return text, bad
}

// decodeAs decodes and counts what could not be.
func decodeAs(body []byte, e encoding.Encoding) (string, int) {
	if e == unicode.UTF8 && utf8.Valid(body) {
		return string(body), 0
	}
	out, err := e.NewDecoder().Bytes(body)
	if err != nil { // the decoders of x/text replace what is wrong and do not fail
		return strings.ToValidUTF8(string(body), "\uFFFD"), len(body)
	}
	return string(out), bytes.Count(out, []byte("\uFFFD"))
}

// surelyUTF8 tells whether the bytes are UTF-8 that is not at the same time
// plausible in a Chinese double-byte encoding: pure ASCII says nothing, and
// neither do sequences of two bytes alone.
func surelyUTF8(body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	for i := 0; i < len(body); i++ {
		if body[i] >= 0xe0 { // leads a sequence of three or four bytes
			return true
		}
	}
	return false
}

func utf16(body []byte) encoding.Encoding {
	switch {
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	}
	return nil
}

// metaCharset is what the page's <meta> declares, "" if nothing.
func metaCharset(body []byte) string {
	if _, name, certain := charset.DetermineEncoding(body, "text/html"); certain || name != "windows-1252" {
		return name
	}
	return ""
}
