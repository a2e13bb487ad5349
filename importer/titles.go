package importer

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode"

	"chaping"
	"chaping/ingest"
)

// Sheets say in titles what their rows do not: 店铺：甲店 above the names of the
// columns, and 店铺：乙店 further down, where the rows of the next shop begin. What
// a title says holds for the rows below it until another says otherwise.

// A titleFact is a fact of products that stands in a title.
type titleFact struct {
	field, label, value string
	line                int
}

// outer are the fields that titles may say, from what holds for much to what
// holds for little: a title that names another shop says nothing of products
// that were named for the one before.
var outer = map[string]int{fieldPlatform: 1, fieldKeyword: 2, fieldShop: 3, fieldShopID: 3, fieldRegion: 3,
	fieldProduct: 4, fieldProductID: 4, fieldURL: 4, fieldPrice: 4}

// A titleStack is what the titles of one table have said so far.
type titleStack struct {
	levels [][]titleFact     // titles that hold, the first that came first
	group  []titleFact       // titles that came after the last row
	facts  map[string]string // what holds; it is never changed, rows that were read have it
	said   *saidTitles
}

// saidTitles are what is told about the titles of a file.
type saidTitles struct {
	used, filters, doubtful []titleFact // each once, up to maxSaid
	bare                    []titleFact // titles that do not say what they name
}

const maxSaid = 50

// take takes in a title. Of more than there can be the last hold.
func (t *titleStack) take(facts []titleFact) {
	t.group = append(t.group, facts...)
	t.group = t.group[max(0, len(t.group)-maxSaid):]
}

// close makes the titles hold that came after the last row.
func (t *titleStack) close() {
	if len(t.group) == 0 {
		return
	}
	group := t.certain()
	t.group = nil
	if len(group) == 0 {
		return
	}
	t.drop(group)
	t.levels = append(t.levels, group)
	t.hold()
}

// certain are the facts of the titles that came after the last row: not the
// filters an export was made with, nor what stands there twice.
func (t *titleStack) certain() (list []titleFact) {
	filtered := false
	values := map[string]string{}
	twice := map[string]bool{}
	for _, f := range t.group {
		filtered = filtered || isEverything(f.value)
		twice[f.field] = twice[f.field] || values[f.field] != "" && values[f.field] != f.value
		values[f.field] = f.value
	}
	for _, f := range t.group {
		switch {
		case isEverything(f.value), f.field == fieldPrice && (filtered || strings.HasPrefix(f.value, "0")):
			t.said.filters = sayOnce(t.said.filters, f)
		case twice[f.field], severalShops(f):
			t.said.doubtful = sayOnce(t.said.doubtful, f)
		case outer[f.field] > 0:
			t.said.used = sayOnce(t.said.used, f)
			list = append(list, f)
		}
	}
	return list
}

func sayOnce(list []titleFact, f titleFact) []titleFact {
	if len(list) >= maxSaid ||
		slices.ContainsFunc(list, func(g titleFact) bool { return g.field == f.field && g.value == f.value }) {
		return list
	}
	return append(list, f)
}

// drop drops what new titles speak of anew: facts of the same kind, and of the
// title that they stood in what holds for less, and all titles below that one.
func (t *titleStack) drop(group []titleFact) {
	widest := outer[fieldProduct]
	for _, f := range group {
		widest = min(widest, outer[f.field])
	}
	kinds := map[int]bool{}
	for _, f := range group {
		kinds[outer[f.field]] = true
	}
	for i, level := range t.levels {
		if slices.ContainsFunc(level, func(f titleFact) bool { return kinds[outer[f.field]] }) {
			rest := slices.DeleteFunc(slices.Clone(level), func(f titleFact) bool { return outer[f.field] >= widest })
			if t.levels = t.levels[:i:i]; len(rest) > 0 {
				t.levels = append(t.levels, rest)
			}
			return
		}
	}
}

// hold finds out what holds now.
func (t *titleStack) hold() {
	t.facts = map[string]string{}
	for _, level := range t.levels {
		for _, f := range level {
			t.facts[f.field] = f.value
		}
	}
}

// bare takes in a title that only names something, such as 浴霸 above the rows of
// another product: what held before does no more.
func (t *titleStack) bare(line int, cells []string) {
	if len(t.levels) == 0 || len(t.group) > 0 {
		return
	}
	text := strings.TrimSpace(strings.Join(cells, " "))
	if periodTitle.MatchString(text) {
		return
	}
	t.said.bare = sayOnce(t.said.bare, titleFact{value: text, line: line})
	t.levels, t.facts = nil, nil
}

// periodTitle are titles that name a part of what was named above.
var periodTitle = regexp.MustCompile(`^(?:[\d\s\-_/.年月日至到~～第续（）()页周季期批段一二三四五六七八九十]|评论|评价|数据|明细|列表|好评|中评|差评|表)+$`)

// everythingWords are what filters say that leave nothing out.
var everythingWords = regexp.MustCompile(
	`(?i)^(?:全部|所有|不限制?|任意|任何|各个?|全体|全选|不区分|不指定|未指定|不筛选|未筛选|未选择?|请选择|无限制|全国|全网|全店|全平台|全渠道|全品类|all|any|every|\*+|-+|—+|/)` +
		`\s*的?\s*(?:店铺|网店|门店|商店|卖家|商家|商品|产品|宝贝|货品|平台|渠道|地区|区域|省市|省份|城市|关键词|价格|类目|品类|品牌|` +
		`(?:shop|store|seller|product|item|platform|region|goods|keyword)s?)?\s*(?:[（(].*[)）])?$` +
		`|^(?:店铺|网店|商家|商品|产品|宝贝|平台|地区|区域|价格|关键词)(?:不限|全部|全选)$`,
)

func isEverything(value string) bool { return everythingWords.MatchString(strings.TrimSpace(value)) }

// severalShops tells a list of shops, as an export of several has in its title.
func severalShops(f titleFact) bool {
	return f.field == fieldShop && (strings.ContainsAny(f.value, "、，;；") || strings.HasSuffix(f.value, "等") ||
		andOthers.MatchString(f.value))
}

var (
	andOthers = regexp.MustCompile(`等\s*\d*\s*[家个]`)
	// factLabel is what a fact of a title is called: 店铺名称：.
	factLabel = regexp.MustCompile(`([^:：\s;；,，|｜/、（(【\[\]】)）]{2,12})\s*[:：]\s*`)
	// counted is how many rows follow, behind the name of a shop.
	countedRows = regexp.MustCompile(`\s*[（(]\s*共?\s*\d+\s*[条件个行][^)）]*[)）]$`)
	signedLabel = regexp.MustCompile(`^(?:导出|下载|采集|抓取|制表|打印|统计|查询|筛选|评分|评价|评论|创建|操作|更新)|(?:时间|日期|人|员|条数|数量|范围)$`)
)

// isSeparated tells whether a label begins where text ends: strong where what
// stands before can be nothing else.
func isSeparated(before string) (separated, strong bool) {
	if strings.TrimSpace(before) == "" {
		return true, true
	}
	trimmed := strings.TrimRight(before, " \u3000\t\r\n;；|｜,，、/")
	gap := before[len(trimmed):]
	return gap != "", strings.ContainsAny(gap, ";；|｜\t\n") || strings.Count(gap, " ") > 1 || strings.Contains(gap, "\u3000")
}

// factsOfCell are the facts of products that one cell of a title has. all tells
// that it has nothing else.
func factsOfCell(cell string, v *vocabulary) (facts []titleFact, all bool) {
	if !strings.ContainsAny(cell, ":：") || len(cell) > 600 {
		return nil, false
	}
	type part struct {
		label    string
		at, from int
	}
	var parts []part
	for _, m := range factLabel.FindAllStringSubmatchIndex(cell, -1) {
		label, rest := cell[m[2]:m[3]], cell[m[1]:]
		separated, strong := isSeparated(cell[:m[2]])
		if !separated || strings.HasPrefix(rest, "//") || unicode.IsDigit([]rune(label)[0]) {
			continue
		}
		if known := v.exact(label) != "" || signedLabel.MatchString(label); strong || known {
			parts = append(parts, part{label, m[2], m[1]})
		}
	}
	if len(parts) == 0 {
		return nil, false
	}
	for i, p := range parts {
		end := len(cell)
		if i+1 < len(parts) {
			end = parts[i+1].at
		}
		value := strings.TrimFunc(cell[p.from:end], func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(";；|｜,，、/", r) })
		facts = addFact(facts, p.label, value, v)
	}
	return facts, parts[0].at == 0
}

func addFact(facts []titleFact, label, value string, v *vocabulary) []titleFact {
	value = countedRows.ReplaceAllString(strings.TrimSpace(value), "")
	if field := v.exact(label); outer[field] > 0 && !ingest.Blank(value) {
		return append(facts, titleFact{field: field, label: label, value: value})
	}
	return facts
}

// factsOfTitle are the facts of products in a row above the names of columns.
// all tells that the row has nothing else.
func factsOfTitle(cells []string, v *vocabulary) (facts []titleFact, all bool) {
	cells = slices.DeleteFunc(slices.Clone(cells), func(cell string) bool { return strings.TrimSpace(cell) == "" })
	if pairs := labelsBeside(cells); len(pairs) > 0 {
		for _, pair := range pairs {
			facts = addFact(facts, pair[0], pair[1], v)
		}
		return facts, true
	}
	all = len(cells) > 0
	for _, cell := range cells {
		of, only := factsOfCell(cell, v)
		facts, all = append(facts, of...), all && only
	}
	return facts, all
}

// labelsBeside are labels with the values in the cells beside them. The colon of
// a single one may be missing.
func labelsBeside(cells []string) (pairs [][2]string) {
	if len(cells) == 0 || len(cells)%2 > 0 {
		return nil
	}
	for i := 0; i < len(cells); i += 2 {
		label, value := strings.TrimSpace(cells[i]), cells[i+1]
		bare := strings.TrimRight(label, ":：")
		if bare == label && len(cells) > 2 || strings.ContainsAny(bare, ":：") || strings.ContainsAny(value, ":：") && !strings.Contains(value, "://") {
			return nil
		}
		pairs = append(pairs, [2]string{strings.TrimSpace(bare), value})
	}
	return pairs
}

// titleAmong are the facts of a row among the rows of a table, which is a title
// where it has nothing that rows of reviews have.
func titleAmong(cells []string, v *vocabulary) []titleFact {
	first, n := "", 0
	for _, cell := range cells {
		if cell != "" && strings.TrimSpace(cell) != "" {
			if n++; n == 1 {
				first = cell
			}
		}
	}
	colon := strings.ContainsAny(first, ":：")
	if n == 0 || !colon && (n != 2 || len(cells) < 3 || outer[v.exact(first)] == 0) || len(first) > 600 {
		return nil
	}
	facts, all := factsOfTitle(cells, v)
	if len(facts) == 0 || slices.ContainsFunc(cells, v.labelled) || !all && (n > 3 || 2*n > max(len(cells), 3) || isData(cells)) {
		return nil
	}
	return facts
}

// say tells whether titles say a field.
func (s *saidTitles) say(field string) bool {
	return slices.ContainsFunc(s.used, func(f titleFact) bool { return f.field == field })
}

// products tells whether titles say of which product reviews are.
func (s *saidTitles) products() bool { return s.say(fieldProductID) || s.say(fieldProduct) }

// labelled tells cells of reviews that have their names with them: 评价内容：很好.
func (v *vocabulary) labelled(cell string) bool {
	m := factLabel.FindStringSubmatchIndex(cell)
	if m == nil || m[0] > 0 {
		return false
	}
	switch v.exact(cell[m[2]:m[3]]) {
	case fieldText:
		return true
	case fieldPublished: // of one, and no range of days
		_, err := (ingest.Dates{ingest.AnyDate}).Parse(strings.TrimSpace(cell[m[1]:]), time.Time{})
		return err == nil
	}
	return false
}

// questions tell what titles say and what is made of it.
func (s *saidTitles) questions() (list []Question) {
	tell := func(text, assumed string) {
		list = append(list, Question{Kind: AskUnused, Text: text, Assumed: assumed})
	}
	fields := map[string][]titleFact{}
	for _, f := range s.used {
		fields[f.field] = append(fields[f.field], f)
	}
	for _, field := range fieldNames() {
		facts := fields[field]
		title := TitleOf(field)
		switch {
		case len(facts) == 0 || field == fieldPlatform && len(facts) == 1: // it tells nothing apart
		case field == fieldPlatform:
			tell("标题里写着几个平台："+inTitles(facts)+"。", "不按平台区分商品，编号或名称相同的算一件")
		case len(facts) == 1:
			tell("标题里写着"+title+inTitles(facts)+"。", "标题下面的行都按它；列和商品表里写了的，以它们为准")
		default:
			tell("标题里写着几个"+title+"："+inTitles(facts)+"。", "每个标题下面的行按那个标题，直到下一个；列和商品表里写了的，以它们为准")
		}
	}
	for _, f := range s.filters {
		tell(fmt.Sprintf("标题里写着“%s：%s”（第 %d 行），是筛选条件。", f.label, chaping.Shorten(f.value, 40), f.line),
			"不当作"+TitleOf(f.field))
	}
	if len(s.doubtful) > 0 {
		tell("同一处标题里写着不止一个"+TitleOf(s.doubtful[0].field)+"："+inTitles(s.doubtful)+"，分不清哪些行是哪一个的。", "都没有用")
	}
	if len(s.bare) > 0 {
		tell("表中间有像标题的行，没有写明是商品还是店铺："+inTitles(s.bare)+"；写成“商品名称：……”或“店铺名称：……”就能用。",
			"它下面的行不沿用上面标题里的商品和店铺")
	}
	return list
}

// inTitles are facts with where they stand.
func inTitles(facts []titleFact) string {
	var b strings.Builder
	for i, f := range facts {
		if i == maxExamples {
			fmt.Fprintf(&b, "等 %d 处", len(facts))
			break
		}
		fmt.Fprintf(&b, "%s“%s”（第 %d 行）", map[bool]string{true: "、"}[i > 0], chaping.Shorten(f.value, 40), f.line)
	}
	return b.String()
}

// titleFacts are those of a row's product that titles say.
func titleFacts(r *row) Facts {
	if len(r.titles) == 0 {
		return Facts{}
	}
	f := Facts{Keyword: r.titles[fieldKeyword], ProductID: r.titles[fieldProductID], Product: r.titles[fieldProduct],
		URL: r.titles[fieldURL], Price: r.titles[fieldPrice], Shop: r.titles[fieldShop], ShopID: r.titles[fieldShopID],
		Region: r.titles[fieldRegion]}
	f.ProductID, _ = ingest.ID(f.ProductID)
	if named, id := withoutID(f.Product); id != "" {
		f.Product, f.ProductID = named, cmp.Or(f.ProductID, id)
	}
	return f
}

// sides are the titles of the tables of a worksheet: of one, or of those that
// stand side by side.
type sides struct {
	tables     []*titleStack
	beside     *beside
	vocabulary *vocabulary
	said       *saidTitles
}

func newSides(v *vocabulary, said *saidTitles) *sides { return &sides{vocabulary: v, said: said} }

// begin begins a table: of another worksheet, or one that stands below the last.
// What titles have said holds for that one only where a title stands above it.
func (s *sides) begin(below bool, b *beside) {
	n := 1
	if b != nil {
		n += len(b.right)
	}
	if !below || len(s.tables) != n || len(s.tables[0].group) == 0 {
		var group []titleFact
		if below && len(s.tables) > 0 {
			group = s.tables[0].group
		}
		s.tables = nil
		for range n {
			s.tables = append(s.tables, &titleStack{said: s.said, group: slices.Clone(group)})
		}
	}
	s.beside = b
}

// above takes in the rows above the names of columns.
func (s *sides) above(rows []gridRow) {
	for _, row := range rows {
		if facts, _ := factsOfTitle(row.cells, s.vocabulary); len(facts) > 0 {
			s.take(row.line, row.cells, facts)
		}
	}
	s.close()
}

// among takes in a row among those of a table if it is a title.
func (s *sides) among(row *gridRow, h *header) bool {
	if !s.begins(row.cells, h) {
		return false
	}
	facts := titleAmong(row.cells, s.vocabulary)
	if len(facts) > 0 {
		s.take(row.line, row.cells, facts)
	}
	return len(facts) > 0
}

// begins tells whether a row begins where a title may: where a table does, and not
// below the name of the texts, where a review goes on in words like 店铺：服务好.
func (s *sides) begins(cells []string, h *header) bool {
	filled := func(cell string) bool { return strings.TrimSpace(cell) != "" }
	at := slices.IndexFunc(cells, filled)
	if at <= slices.IndexFunc(h.plain, filled) || h.line == 0 || at >= len(h.names) {
		return true
	}
	if s.beside != nil && slices.Contains(s.beside.from, at) {
		return true
	}
	field := s.vocabulary.exact(h.names[at])
	return field != "" && field != fieldText && field != fieldAppended && field != fieldMore
}

func (s *sides) take(line int, cells []string, facts []titleFact) {
	for i := range facts {
		facts[i].line = line
	}
	for side, t := range s.tables {
		own := facts
		if s.beside != nil {
			if of, _ := factsOfTitle(s.beside.cellsOf(side, cells), s.vocabulary); len(of) > 0 {
				own = of
			} else if side > 0 { // a title over all tables stands in the first cell
				own, _ = factsOfTitle(s.beside.cellsOf(0, cells), s.vocabulary)
			}
		}
		for i := range own {
			own[i].line = line
		}
		t.take(own)
	}
}

// close makes the titles hold that came after the last row.
func (s *sides) close() {
	for _, t := range s.tables {
		t.close()
	}
}

// bare takes in a title that names nothing that is known.
func (s *sides) bare(row *gridRow) {
	for _, t := range s.tables {
		t.bare(row.line, row.cells)
	}
}

// facts are what holds for a row of the table at a side.
func (s *sides) facts(side int) map[string]string { return s.tables[min(side, len(s.tables)-1)].facts }

// hold tells whether titles hold.
func (s *sides) hold() bool {
	return slices.ContainsFunc(s.tables, func(t *titleStack) bool { return len(t.levels) > 0 })
}
