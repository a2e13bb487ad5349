package ingest

import (
	"errors"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	_ "time/tzdata" // machines of stations may have no list of zones

	"chaping"
)

// ErrZone: the zone that stands beside a time is not known, or means several.
var ErrZone = errors.New("时区不明")

// zoneWords are the words that say in which zone a clock is and mean one: an
// offset, or a place whose clock changes in summer. CST is Beijing's here. IST,
// BST, CDT and AST are clocks of several countries and stand in no list.
var zoneWords = map[string]string{
	"z": "+00:00", "ut": "+00:00", "utc": "+00:00", "gmt": "+00:00",
	"cst": "+08:00", "hkt": "+08:00", "sgt": "+08:00", "myt": "+08:00", "pht": "+08:00", "awst": "+08:00",
	"jst": "+09:00", "kst": "+09:00", "ict": "+07:00", "wib": "+07:00", "msk": "+03:00",
	"pst": "-08:00", "pdt": "-07:00", "mst": "-07:00", "mdt": "-06:00", "est": "-05:00", "edt": "-04:00",
	"akst": "-09:00", "akdt": "-08:00", "hst": "-10:00",
	"wet": "+00:00", "west": "+01:00", "cet": "+01:00", "cest": "+02:00", "eet": "+02:00", "eest": "+03:00",
	"aest": "+10:00", "aedt": "+11:00", "nzst": "+12:00", "nzdt": "+13:00",
	"pt": losAngeles, "et": newYork,
}

const (
	losAngeles = "America/Los_Angeles"
	newYork    = "America/New_York"
)

// zonePhrases are zones in words of several letters; of two that are found the
// first of this list holds.
var zonePhrases = []struct{ said, zone string }{
	{"太平洋标准时间", "-08:00"}, {"太平洋夏令时", "-07:00"}, {"太平洋时间", losAngeles}, {"美西时间", losAngeles},
	{"pacific standard time", "-08:00"}, {"pacific daylight time", "-07:00"}, {"pacific time", losAngeles},
	{"东部标准时间", "-05:00"}, {"东部夏令时", "-04:00"}, {"美国东部时间", newYork}, {"美东时间", newYork},
	{"eastern standard time", "-05:00"}, {"eastern daylight time", "-04:00"}, {"us eastern time", newYork},
	{"北京时间", "+08:00"}, {"中国标准时间", "+08:00"}, {"中国时间", "+08:00"}, {"香港时间", "+08:00"}, {"台北时间", "+08:00"},
	{"新加坡时间", "+08:00"}, {"china standard time", "+08:00"}, {"china time", "+08:00"}, {"beijing time", "+08:00"},
	{"日本标准时间", "+09:00"}, {"日本时间", "+09:00"}, {"东京时间", "+09:00"}, {"韩国时间", "+09:00"}, {"首尔时间", "+09:00"},
	{"泰国时间", "+07:00"}, {"越南时间", "+07:00"}, {"莫斯科时间", "+03:00"},
	{"协调世界时", "+00:00"}, {"世界标准时间", "+00:00"}, {"世界时", "+00:00"}, {"格林尼治", "+00:00"}, {"格林威治", "+00:00"},
	{"英国时间", "Europe/London"}, {"伦敦时间", "Europe/London"}, {"德国时间", "Europe/Berlin"}, {"法国时间", "Europe/Paris"},
}

var (
	// gmt-8, utc+05:30, +0800
	offsetPattern = regexp.MustCompile(`^(?:(?:gmt|utc)\s*([+-])\s*(\d{1,2})|([+-])(\d{2}))(?::?(\d{2}))?(?:\D|$)`)
	// 东八区, 西5区
	meridianPattern = regexp.MustCompile(`([东西])(十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])区`)
	placePattern    = regexp.MustCompile(`\b(?:africa|america|asia|atlantic|australia|europe|pacific|us|etc)/[a-z_/+-]+`)
	// Words that say that there is a zone, and not which.
	otherZone = regexp.MustCompile(`(?:当地|本地|美国|美中|山地|中部|东部|西部|大西洋|澳洲|澳大利亚|欧洲|印度|加拿大|墨西哥|巴西|西班牙|意大利)时间|` +
		`夏令时|夏时制|冬令时|时区|\b(?:standard|daylight|local|summer|central|mountain|eastern) time\b`)
	letters = regexp.MustCompile(`[a-z]+`)
	// Names of zones end so; words of so few letters have vowels.
	zoneLike = regexp.MustCompile(`^[b-df-hj-np-tv-z]{2,4}t$`)
	// What is a word of its own, too, is a zone where no further word follows.
	alsoWords = []string{"et", "pt", "ut", "wet", "west", "z"}
	moreWords = regexp.MustCompile(`^[a-z]+ [a-z]`)
	// Clocks of several countries, or of countries that say so only among themselves.
	manyZones = []string{"ist", "bst", "cdt", "ast", "adt", "brt", "acst", "acdt", "irst", "sast", "gst"}
)

// ZoneOf is the zone that a text in half-width letters of lower case names, as
// +08:00 or America/New_York, "" if it names none. What stands behind a time of
// day is such a text, and so is what stands in the brackets of a column's name.
func ZoneOf(s string) (zone string, err error) {
	if own, rest, two := strings.Cut(s, ";"); two { // of two the first is nearer to the time
		if zone, err := ZoneOf(own); zone != "" || err != nil {
			return zone, err
		}
		s = rest
	}
	s = strings.TrimLeft(s, " ([,")
	if m := offsetPattern.FindStringSubmatch(s); m != nil {
		return offsetOf(m[1]+m[3], m[2]+m[4], m[5])
	}
	if m := meridianPattern.FindStringSubmatch(s); m != nil {
		hours := m[2]
		if i := slices.Index(strings.Fields("一 二 三 四 五 六 七 八 九 十 十一 十二"), hours); i >= 0 {
			hours = strconv.Itoa(i + 1)
		}
		return offsetOf(map[string]string{"东": "+", "西": "-"}[m[1]], hours, "")
	}
	if place := placePattern.FindString(s); place != "" {
		return placeOf(place)
	}
	for _, phrase := range zonePhrases {
		if strings.Contains(s, phrase.said) {
			return phrase.zone, nil
		}
	}
	first := letters.FindString(s)
	if !strings.HasPrefix(s, first) {
		first = ""
	}
	if zone, ok := zoneWords[first]; ok && (!slices.Contains(alsoWords, first) || !moreWords.MatchString(s)) {
		return zone, nil
	}
	if otherZone.MatchString(s) || zoneLike.MatchString(first) || slices.Contains(manyZones, first) {
		return "", ErrZone
	}
	return "", nil
}

func offsetOf(sign, hours, minutes string) (string, error) {
	if minutes == "" {
		minutes = "00"
	}
	if len(hours) == 1 {
		hours = "0" + hours
	}
	if hours > "14" || minutes > "59" {
		return "", ErrZone
	}
	return sign + hours + ":" + minutes, nil
}

// placeOf is the name of a zone as its list writes it: Asia/Tokyo.
func placeOf(s string) (string, error) {
	name := []byte(s)
	for i := range name {
		if i == 0 || name[i-1] == '/' || name[i-1] == '_' {
			name[i] = strings.ToUpper(s[i : i+1])[0]
		}
	}
	if _, err := time.LoadLocation(string(name)); err != nil {
		return "", ErrZone
	}
	return string(name), nil
}

// ZoneOfName is the zone that the name of a column says its clock is in: 评价时间
// （GMT-8）, review_date (PST), created_at_utc.
func ZoneOfName(name string) (zone string, err error) {
	name = normal(name)
	for i := range len(name) {
		if i > 0 && name[i-1] >= 'a' && name[i-1] <= 'z' {
			continue // within a word
		}
		if m := offsetPattern.FindStringSubmatch(name[i:]); m != nil && m[1] != "" {
			return offsetOf(m[1], m[2], m[5])
		}
	}
	for _, remark := range remarks.FindAllStringSubmatch(name, -1) {
		if zone, err := ZoneOf(remark[1]); zone != "" || err != nil {
			return zone, err
		}
	}
	for _, word := range letters.FindAllString(name, -1) {
		switch {
		case len(word) >= 3 && zoneWords[word] != "":
			return zoneWords[word], nil
		case strings.HasSuffix(word, "utc") || strings.HasSuffix(word, "gmt"): // createdatutc
			return zoneWords["utc"], nil
		case slices.Contains(manyZones, word):
			return "", ErrZone
		}
	}
	first := strings.IndexFunc(name, func(r rune) bool { return r >= 0x80 })
	if first < 0 {
		return "", nil
	}
	return ZoneOf(name[first:])
}

var remarks = regexp.MustCompile(`[(\[【]([^)\]】]+)[)\]】]`)

// inZone is the moment at which a clock of the zone shows what one in
// Asia/Shanghai shows at t.
func inZone(t time.Time, zone string) (time.Time, error) {
	in, err := locationOf(zone)
	if err != nil {
		return t, err
	}
	t = t.In(chaping.Shanghai())
	y, m, d := t.Date()
	h, mi, sec := t.Clock()
	return time.Date(y, m, d, h, mi, sec, 0, in), nil
}

func locationOf(zone string) (*time.Location, error) {
	if m := offsetPattern.FindStringSubmatch(zone); m != nil {
		h, _ := strconv.Atoi(m[4]) // two digits
		mi, _ := strconv.Atoi(m[5])
		offset := h*3600 + mi*60
		if m[3] == "-" {
			offset = -offset
		}
		return time.FixedZone("", offset), nil
	}
	in, err := time.LoadLocation(zone)
	if err != nil || zone == "" || zone == "Local" {
		return nil, ErrZone
	}
	return in, nil
}
