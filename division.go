package chaping

import (
	_ "embed"
	"regexp"
	"slices"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// A Division is a province of China, or a district of Shanghai.
type Division struct {
	Code  string // of GB/T 2260; "" of a district
	Name  string // 内蒙古自治区, 浦东新区
	Short string // 内蒙古, 浦东
}

// Names of what is no division, where divisions are counted.
const (
	PlaceBlank   = "未写明"
	PlaceUnknown = "没有认出"
	PlaceOutside = "上海以外"
	PlaceShort   = "上海，没有写区"
)

// Provinces are the 34 provincial divisions, by code.
func Provinces() []Division { return slices.Clone(gazetteer().provinces) }

// ShanghaiDistricts are the 16 districts of Shanghai.
func ShanghaiDistricts() []Division { return slices.Clone(gazetteer().districts) }

// ProvinceOf is the name of the province that a place lies in, as companies and
// people write it: 浙江省杭州市余杭区, 广东深圳, 义乌市. It is PlaceUnknown where the place
// names none, or several, or one of which there are several (朝阳区), and
// PlaceBlank where nothing is written.
func ProvinceOf(place string) string {
	if strings.TrimSpace(place) == "" {
		return PlaceBlank
	}
	g := gazetteer()
	found := -1
	for list := range strings.FieldsFuncSeq(place, func(r rune) bool { return strings.ContainsRune("、；;\n", r) }) {
		in := g.province(list)
		if in < 0 {
			continue
		}
		if in == several || found >= 0 && found != in {
			return PlaceUnknown
		}
		found = in
	}
	if found < 0 {
		return PlaceUnknown
	}
	return g.provinces[found].Name
}

// DistrictOf is the name of the district of Shanghai that a place lies in, or
// PlaceOutside, PlaceShort where it only says Shanghai, or what ProvinceOf says.
func DistrictOf(place string) string {
	in := ProvinceOf(place)
	if in == PlaceBlank || in == PlaceUnknown {
		return in
	}
	g := gazetteer()
	if in != g.shanghai {
		return PlaceOutside
	}
	found, at := PlaceShort, len(place)
	start := len(beforeDistrict.FindString(place))
	for _, d := range g.districts {
		i := strings.Index(place, d.Name)
		if i < 0 && strings.HasPrefix(place[start:], d.Short) { // 静安 in 上海市黄浦区静安路 is a road
			i = start
		}
		switch {
		case i < 0:
		case found != PlaceShort && strings.ContainsAny(place, "、；;\n"): // a list of several
			return PlaceUnknown
		case i < at:
			found, at = d.Name, i
		}
	}
	return found
}

// beforeDistrict is what stands in front of a district in a place of Shanghai.
var beforeDistrict = regexp.MustCompile(`^(?:中国)?[\s,，/·-]*(?:上海市?)?(?:市辖区)?[\s,，/·-]*`)

// A gazetteerIndex finds provinces by the names of what lies in them.
type gazetteerIndex struct {
	provinces []Division
	districts []Division
	shanghai  string
	full      map[string]int // names with 省, 市, 区 … at their end; several where provinces share one
	prefix    map[string]int // short names of provinces and prefectures, at the beginning of a part
	exact     map[string]int // short names of cities of counties, which are a part by themselves
	top       map[string]int // names and short names of provinces
	longest   int            // in characters
}

// several is what names that provinces share lead to, in place of a province.
const several = -2

//go:embed divisions.txt
var divisionsFile string

var gazetteer = sync.OnceValue(func() *gazetteerIndex {
	g := &gazetteerIndex{full: map[string]int{}, prefix: map[string]int{}, exact: map[string]int{}, top: map[string]int{}}
	add := func(to map[string]int, name string, at int) {
		if in, known := to[name]; known && in != at {
			at = several
		}
		to[name] = at
		g.longest = max(g.longest, utf8.RuneCountInString(name))
	}
	for line := range strings.Lines(divisionsFile) {
		cells := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(cells) != 5 {
			continue
		}
		at := len(g.provinces)
		g.provinces = append(g.provinces, Division{Code: cells[0], Name: cells[1], Short: cells[2]})
		add(g.full, cells[1], at)
		for _, name := range strings.Fields(cells[3]) {
			add(g.full, name, at)
			add(g.prefix, bareDivision(name), at)
		}
		for _, name := range strings.Fields(cells[4]) {
			add(g.full, name, at)
			if short, city := strings.CutSuffix(name, "市"); city {
				add(g.exact, short, at)
			}
			if cells[0] == "31" {
				short := strings.TrimSuffix(strings.TrimSuffix(name, "新区"), "区")
				g.shanghai = cells[1]
				g.districts = append(g.districts, Division{Name: name, Short: short})
				add(g.exact, short, at)
			}
		}
	}
	for at, p := range g.provinces { // before everything that shares their names
		g.top[p.Name], g.top[p.Short] = at, at
		g.full[p.Name], g.prefix[p.Short] = at, at
	}
	for name := range g.full { // 中山 is the city; 朝阳 may be a district of another province
		for short := range g.prefix {
			if name == short+"区" && g.full[name] == several {
				g.prefix[short] = several
			}
		}
	}
	return g
})

// autonomous is the end of the names of autonomous prefectures: 延边朝鲜族自治州.
var autonomous = regexp.MustCompile(`(?:(?:土家|布依|哈尼|蒙古|朝鲜|柯尔克孜|哈萨克|傈僳|景颇|[苗藏羌彝壮傣侗回白])+族?)*(?:蒙古|哈萨克|柯尔克孜)?自治州$`)

// bareDivision is the name of a prefecture without what kind it is.
func bareDivision(name string) string {
	if bare := autonomous.ReplaceAllString(name, ""); bare != name {
		return bare + "州" // 海南州 is in 青海省
	}
	for _, kind := range []string{"地区", "市", "盟"} {
		if bare, is := strings.CutSuffix(name, kind); is && utf8.RuneCountInString(bare) > 1 {
			return bare
		}
	}
	return name
}

// province is the province of one place: the first name that only one province
// has; -1 where there is none, several where a later part names another one.
func (g *gazetteerIndex) province(place string) int {
	parts := strings.FieldsFunc(place, func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) || unicode.IsSymbol(r) })
	found := -1
	for _, part := range parts {
		part = strings.TrimPrefix(part, "中国")
		in := g.named(part)
		if in < 0 {
			continue
		}
		if found < 0 {
			found = in
		} else if top := g.beginning(part, g.top); top >= 0 && top != found {
			return several
		}
	}
	return found
}

// named is the province that a part of a place names.
func (g *gazetteerIndex) named(part string) int {
	if in, known := g.exact[part]; known && in >= 0 {
		if _, also := g.prefix[part]; !also {
			return in
		}
	}
	if in := g.beginning(part, g.full); in >= 0 {
		return in
	}
	if in := g.beginning(part, g.prefix); in >= 0 {
		return in
	}
	for i := range part { // 某某有限公司（浙江省… would have no beginning
		if in := g.within(part[i:]); in >= 0 {
			return in
		}
	}
	return -1
}

// beginning is the province of the longest of the names that the text begins
// with. A street of that name is none: 大连路 is in 上海.
func (g *gazetteerIndex) beginning(text string, names map[string]int) int {
	runes := []rune(text)
	for n := min(g.longest, len(runes)); n >= 2; n-- {
		in, known := names[string(runes[:n])]
		if !known || in < 0 {
			continue
		}
		if n < len(runes) && strings.ContainsRune("路街道", runes[n]) {
			continue
		}
		return in
	}
	return -1
}

// within is like beginning, for names with three characters and more, which stand
// in a text by themselves.
func (g *gazetteerIndex) within(text string) int {
	runes := []rune(text)
	for n := min(g.longest, len(runes)); n >= 3; n-- {
		if in, known := g.full[string(runes[:n])]; known && in >= 0 {
			return in
		}
	}
	return -1
}
