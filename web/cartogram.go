package web

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"chaping"
	"chaping/store"
)

// A cartogram is a map of equal tiles, a province or district each: where it is
// about, whatever its area. Every tile says its number, so that the colour is
// not all there is, and leads to what is behind it.
type cartogram struct {
	Label  string
	Width  int
	Height int
	Tiles  []mapTile
	Steps  []mapStep
	Rest   []mapRest // what is counted and lies on no tile
	Texts  []mapRest // places as they were written, that were not recognised
	More   int       // of those, not listed
	Advice string    // what can be done about them
	Listed []mapRest // the numbers of the map, most first, where no table beside it has them
}

// Small tells whether it has few columns, and is not to fill the page.
func (c *cartogram) Small() bool { return c.Width <= 5*tileSize }

// list puts the numbers of the map into a list as well.
func (c *cartogram) list(of map[string]placed) {
	for _, t := range c.Tiles {
		if of[t.Name].number > 0 {
			c.Listed = append(c.Listed, mapRest{t.Name, t.Number, t.Path})
		}
	}
	slices.SortStableFunc(c.Listed, func(a, b mapRest) int { return cmp.Compare(of[b.Name].number, of[a.Name].number) })
}

// unknown adds a place as it was written that was not recognised: the first few
// are listed, the others counted.
func (c *cartogram) unknown(name, number, path string) {
	if len(c.Texts) == mapTexts {
		c.More++
		return
	}
	c.Texts = append(c.Texts, mapRest{name, number, path})
}

// A mapTile is a province or district on the map.
type mapTile struct {
	X, Y   int
	Name   string
	Short  string
	Number string
	Step   int // of the colours
	Path   string
}

// A mapStep is a colour of the legend.
type mapStep struct {
	Step int
	Text string
}

// A mapRest is a number beside the map.
type mapRest struct{ Name, Number, Path string }

// tileSize is the side of a tile with the space beside it, in units of the
// drawing; mapColours how many colours there are besides that of nothing.
const (
	tileSize   = 100
	mapColours = 4
	mapTexts   = 8
)

// provincePlaces and districtPlaces are where tiles stand, by their short names:
// column and row.
func provincePlaces() map[string][2]int {
	return map[string][2]int{
		"黑龙江": {8, 0}, "内蒙古": {5, 1}, "吉林": {8, 1},
		"新疆": {0, 2}, "宁夏": {3, 2}, "北京": {6, 2}, "天津": {7, 2}, "辽宁": {8, 2},
		"青海": {1, 3}, "甘肃": {2, 3}, "陕西": {3, 3}, "山西": {4, 3}, "河北": {5, 3}, "山东": {6, 3},
		"西藏": {0, 4}, "四川": {2, 4}, "重庆": {3, 4}, "河南": {4, 4}, "安徽": {5, 4}, "江苏": {6, 4}, "上海": {7, 4},
		"云南": {2, 5}, "贵州": {3, 5}, "湖北": {4, 5}, "江西": {5, 5}, "浙江": {6, 5},
		"广西": {3, 6}, "湖南": {4, 6}, "广东": {5, 6}, "福建": {6, 6}, "台湾": {7, 6},
		"海南": {4, 7}, "澳门": {5, 7}, "香港": {6, 7},
	}
}

func districtPlaces() map[string][2]int {
	return map[string][2]int{
		"崇明": {3, 0}, "嘉定": {1, 1}, "宝山": {2, 1},
		"普陀": {1, 2}, "静安": {2, 2}, "虹口": {3, 2}, "杨浦": {4, 2},
		"青浦": {0, 3}, "长宁": {1, 3}, "徐汇": {2, 3}, "黄浦": {3, 3}, "浦东": {4, 3},
		"松江": {1, 4}, "闵行": {2, 4}, "金山": {1, 5}, "奉贤": {2, 5},
	}
}

// A placed is a number of a place, by the name of the division or what is said
// in place of it.
type placed struct {
	number float64
	path   string
}

// newCartogram draws numbers on the map of these divisions. written writes one;
// absent is that of a place which nothing is known of.
func newCartogram(label string, divisions []chaping.Division, places map[string][2]int, of map[string]placed,
	written func(float64) string, absent string) *cartogram {
	c := &cartogram{Label: label}
	most := 0.0
	for _, d := range divisions {
		most = max(most, of[d.Name].number)
	}
	c.Steps = mapSteps(most, written)
	for _, d := range divisions {
		at := places[d.Short]
		tile := mapTile{X: at[0] * tileSize, Y: at[1] * tileSize, Name: d.Name, Short: d.Short, Number: absent}
		if n, known := of[d.Name]; known {
			tile.Number, tile.Path = written(n.number), n.path
			tile.Step = stepOf(n.number, most)
		}
		c.Tiles = append(c.Tiles, tile)
		c.Width, c.Height = max(c.Width, tile.X+tileSize), max(c.Height, tile.Y+tileSize)
	}
	for _, name := range []string{chaping.PlaceShort, chaping.PlaceOutside, chaping.PlaceUnknown, chaping.PlaceBlank} {
		if n, known := of[name]; known && n.number > 0 {
			c.Rest = append(c.Rest, mapRest{Name: name, Number: written(n.number), Path: n.path})
		}
	}
	return c
}

// stepOf is the colour of a number: 0 of nothing, else a part of the most.
func stepOf(n, most float64) int {
	if n <= 0 {
		return 0
	}
	return min(max(int(math.Ceil(mapColours*n/most)), 1), mapColours)
}

// mapSteps are the colours with the numbers that they stand for.
func mapSteps(most float64, written func(float64) string) []mapStep {
	if most <= 0 {
		return nil
	}
	list := []mapStep{{0, "0"}}
	last := 0.0
	for i := range mapColours {
		bound := most * float64(i+1) / mapColours
		if whole := math.Floor(most) == most; whole { // so are all numbers
			bound = math.Floor(bound)
		}
		if bound > last {
			list = append(list, mapStep{i + 1, "至 " + written(bound)})
		}
		last = bound
	}
	return list
}

// cartogram draws an analysis by provinces or districts; nil of others.
func (q *request) cartogram(p *pivotQuery, out *pivot) (*cartogram, error) {
	divisions, places := chaping.Provinces(), provincePlaces()
	switch p.Rows {
	case store.ByProvince:
	case store.ByDistrict:
		divisions, places = chaping.ShanghaiDistricts(), districtPlaces()
	default:
		return nil, nil
	}
	of := map[string]placed{}
	for i := range out.totals {
		key := out.totals[i].Keys[0]
		if n := p.measure(&out.totals[i]); !math.IsNaN(n) {
			of[key] = placed{n, p.sentences(p.Rows, key)}
		}
	}
	absent := "0"
	if p.Count == "rate" {
		absent = "—"
	}
	c := newCartogram(out.Unit+"，"+p.Rows.Chinese(), divisions, places, of, p.number, absent)
	if _, some := of[chaping.PlaceUnknown]; !some {
		return c, nil
	}
	c.Advice = "在商品表的“公司所在区域”里写上省份再导入，就会数进去"
	texts, err := q.Store.Counts(q.ctx, p.unknownPlaces(q.Server))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(texts, func(a, b store.CountRow) int { return cmp.Compare(b.Reviews, a.Reviews) })
	for i := range texts {
		key := texts[i].Keys[0]
		c.unknown(chaping.Shorten(key, 20), p.number(p.measure(&texts[i])), p.sentences(store.ByRegion, key))
	}
	return c, nil
}

// unknownPlaces asks for what was written where no province was recognised.
func (p *pivotQuery) unknownPlaces(s *Server) store.CountQuery {
	c := p.of(s, p.Days, store.ByRegion)
	c.Provinces = []string{chaping.PlaceUnknown}
	return c
}

// number writes one as the table does.
func (p *pivotQuery) number(n float64) string {
	if p.Count == "rate" {
		return fmt.Sprintf("%.1f", n)
	}
	return plainNumber(n)
}

// placeNames are the names of divisions.
func placeNames(list []chaping.Division) []string {
	names := make([]string, 0, len(list))
	for _, d := range list {
		names = append(names, d.Name)
	}
	return names
}
