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

// zonePlaces are what people call a zone by where they write of nothing else: in the
// name of a column, in a title.
var zonePlaces = []struct{ said, zone string }{
	{"美西", losAngeles}, {"太平洋", losAngeles}, {"美东", newYork}, {"北京", "+08:00"}, {"上海", "+08:00"}, {"中国", "+08:00"},
}

var (
	// GMT-8, utc+05:30, +0800
	offsetPattern = regexp.MustCompile(`^(?i:(?:gmt|utc)\s*([+-])\s*(\d{1,2})|([+-])(\d{2}))(?::?(\d{2}))?`)
	// 东八区, 西5区
	meridianPattern = regexp.MustCompile(`([东西])(十[一二]?|[一二三四五六七八九]|1[0-2]|[1-9])区`)
	placePattern    = regexp.MustCompile(`\b(?:africa|america|asia|atlantic|australia|europe|pacific|us|etc)/[a-z_/+-]+`)
	// Words that say that there is a zone, and not which.
	otherZone = regexp.MustCompile(`(?:当地|本地|美国|美中|山地|中部|东部|西部|大西洋|澳洲|澳大利亚|欧洲|印度|加拿大|墨西哥|巴西|西班牙|意大利)时间|` +
		`夏令时|夏时制|冬令时|时区|\b(?:standard|daylight|local|summer|central|mountain|eastern) time\b`)
	// Countries and the like whose clock a name may mean: 评论时间（美国）.
	otherPlace = regexp.MustCompile(`^(?:当地|本地|美国|加拿大|英国|德国|法国|日本|韩国|印度|澳洲|澳大利亚|欧洲|local|usa?|uk|eu|jp)$`)
	letters    = regexp.MustCompile(`[A-Za-z]+`)
	// Names of zones end so; words of so few letters have vowels.
	zoneLike = regexp.MustCompile(`^[B-DF-HJ-NP-TV-Z]{2,4}T$`)
	// Clocks of several countries, or of countries that say so only among themselves.
	manyZones = []string{"ist", "bst", "cdt", "ast", "adt", "brt", "acst", "acdt", "irst", "sast", "gst"}
	// nothingElse is what may stand behind a zone: brackets, and what apps write
	// behind the time of a review. Of anything else the zone may be the beginning.
	nothingElse = regexp.MustCompile(`(?i)^[)\].]?(?:\s*[(\[][^)\]]*[)\]])?[\s|·,;/-]*(?:(?:来自|已购|购买|ip\b|ip属|from |via |verified).*)?$`)
	ofCountry   = regexp.MustCompile(`^(?:\p{Han}{1,5}|us )$`)
)

// zoneBeside is the zone of a time of day that stands before s: +08:00,
// America/New_York, "" if none does. What looks like one is one only as a whole
// word, in the letters that zones are written in, and where nothing stands behind
// it that it may be the beginning of: z***n and Est are buyers, PT950铂金 and
// UTC-01型 are goods.
func zoneBeside(s string) (zone string, err error) {
	apart := strings.HasPrefix(s, " ")
	zone, rest, err := leadingZone(strings.TrimLeft(s, " (["), apart)
	if !nothingElse.MatchString(rest) {
		return "", nil
	}
	return zone, err
}

// leadingZone is the zone that a text begins with, and the rest of the text. apart
// tells that a blank stands before it.
func leadingZone(s string, apart bool) (zone, rest string, err error) {
	if m := offsetPattern.FindStringSubmatch(s); m != nil {
		zone, err = offsetOf(m[1]+m[3], m[2]+m[4], m[5])
		if apart && m[3] != "" && m[5] == "" && m[4] > "09" { // -10 behind a blank may be a number
			zone, err = "", ErrZone
		}
		return zone, s[len(m[0]):], err
	}
	if m := shortOffset.FindString(s); m == "+8" {
		return "+08:00", s[len(m):], nil
	} else if m != "" {
		return "", s[len(m):], ErrZone
	}
	lower := strings.ToLower(s)
	for _, pattern := range []*regexp.Regexp{meridianPattern, placePattern} {
		if at := pattern.FindStringIndex(lower); at != nil && at[0] == 0 {
			zone, err = zoneSaid(lower[:at[1]])
			return zone, lower[at[1]:], err
		}
	}
	for _, phrase := range zonePhrases {
		if before, behind, ok := strings.Cut(lower, phrase.said); ok && (before == "" || ofCountry.MatchString(before)) {
			return phrase.zone, behind, nil
		}
	}
	if at := otherZone.FindStringIndex(lower); at != nil && (at[0] == 0 || ofCountry.MatchString(lower[:at[0]])) {
		return "", lower[at[1]:], ErrZone
	}
	word := letters.FindString(s)
	switch {
	case !strings.HasPrefix(s, word) || word != strings.ToUpper(word) && word != "z", strings.EqualFold(word, "z") && apart:
		return "", "", nil
	case zoneWords[strings.ToLower(word)] != "":
		return zoneWords[strings.ToLower(word)], s[len(word):], nil
	case zoneLike.MatchString(word) || slices.Contains(manyZones, strings.ToLower(word)):
		return "", s[len(word):], ErrZone
	}
	return "", "", nil
}

// shortOffset is an offset, or any number: 22:00 -8.
var shortOffset = regexp.MustCompile(`^[+-]\d\b`)

// zoneSaid is the zone that words speak of which speak of nothing but times: those
// of a column's name, or of a title behind 时区.
func zoneSaid(s string) (zone string, err error) {
	lower := strings.ToLower(s)
	for at := range len(s) {
		inWord := at > 0 && (isLetter(lower[at-1]) || isDigit(lower[at-1]))
		if m := offsetPattern.FindStringSubmatch(lower[at:]); m != nil && !inWord {
			if rest := lower[at+len(m[0]):]; rest == "" || !isLetter(rest[0]) && !isDigit(rest[0]) {
				return offsetOf(m[1]+m[3], m[2]+m[4], m[5])
			}
		}
	}
	if m := meridianPattern.FindStringSubmatch(s); m != nil {
		hours := m[2]
		if i := slices.Index(strings.Fields("一 二 三 四 五 六 七 八 九 十 十一 十二"), hours); i >= 0 {
			hours = strconv.Itoa(i + 1)
		}
		return offsetOf(map[string]string{"东": "+", "西": "-"}[m[1]], hours, "")
	}
	if place := placePattern.FindString(lower); place != "" {
		return placeOf(place)
	}
	for _, phrase := range zonePhrases {
		if strings.Contains(lower, phrase.said) {
			return phrase.zone, nil
		}
	}
	if zone, err := zoneWord(s); zone != "" || err != nil {
		return zone, err
	}
	if otherZone.MatchString(lower) || otherPlace.MatchString(strings.TrimSpace(lower)) {
		return "", ErrZone
	}
	for _, place := range zonePlaces {
		if strings.Contains(lower, place.said) {
			return place.zone, nil
		}
	}
	return "", nil
}

// zoneWord is the zone that a word of a text names. Words of two letters do where
// they are written in capitals, and where several are joined, each of them is one.
func zoneWord(s string) (zone string, err error) {
	for _, word := range letters.FindAllString(joined.ReplaceAllString(s, "$1$3 $2$4"), -1) {
		lower := strings.ToLower(word)
		switch {
		case zoneWords[lower] != "" && (len(word) >= 3 || len(word) == 2 && word == strings.ToUpper(word)):
			return zoneWords[lower], nil
		case strings.HasSuffix(lower, "utc") || strings.HasSuffix(lower, "gmt"): // createdatutc
			return zoneWords["utc"], nil
		case slices.Contains(manyZones, lower):
			return "", ErrZone
		}
	}
	return "", nil
}

// joined are words that only capitals tell apart: reviewTimeEST, UTCTime.
var joined = regexp.MustCompile(`([a-z])([A-Z])|([A-Z])([A-Z][a-z])`)

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

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
// （GMT-8）, review_date (PST), created_at_utc, 评论时间 PT. The error is ErrZone where
// it says one that is not known.
func ZoneOfName(name string) (zone string, err error) {
	name = halfWidth(name)
	for _, remark := range remarks.FindAllStringSubmatch(name, -1) {
		if zone, err := zoneSaid(remark[1]); zone != "" || err != nil {
			return zone, err
		}
	}
	return zoneSaid(name)
}

var remarks = regexp.MustCompile(`[(\[【]([^)\]】]+)[)\]】]`)

// ZoneOfTitle is the zone that a line above a table says of its times: 时区：UTC, All
// times in UTC. The error is ErrZone where it says one that is not known, or names
// one without saying what for.
func ZoneOfTitle(line string) (zone string, err error) {
	line = halfWidth(line)
	if m := zoneTitle.FindStringSubmatch(line); m != nil {
		zone, err = zoneSaid(m[1] + m[2] + m[3])
		if zone == "" && err == nil && m[1] != "" {
			err = ErrZone
		}
		return zone, err
	}
	zone, err = "", nil
	for _, at := range clockPattern.FindAllStringIndex(line, -1) {
		if zone, err = zoneBeside(line[at[1]:]); zone != "" || err != nil {
			break
		}
	}
	for _, phrase := range zonePhrases {
		if zone == "" && strings.Contains(strings.ToLower(line), phrase.said) {
			zone = phrase.zone
		}
	}
	if zone != "" && zone != "+08:00" {
		err = ErrZone
	}
	return "", err
}

var zoneTitle = regexp.MustCompile(`(?i)(?:时区|\btime ?zone)\s*[:为是]?\s*([^\s|,;，；。][^|,;，；。]*)` +
	`|(?:时间|日期)\s*(?:均|都|皆|全部|统一)*\s*(?:为|是|按|采用|使用)\s*([^|,;，；。]+)` +
	`|\b(?:times|timestamps|dates)\b[a-z ]*\b(?:in|use)\s+([^|,;，；。]+)`)

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

// moved is the moment of a clock that is none of Asia/Shanghai; zone is "" where it is.
func moved(t time.Time, zone string) (time.Time, error) {
	if zone == "" {
		return t, nil
	}
	return inZone(t, zone)
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
