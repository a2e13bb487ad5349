package nlp

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"unicode/utf8"

	"chaping"
)

// faults are the input errors joined in err.
func faults(err error) []*chaping.InputError {
	var one *chaping.InputError
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		var all []*chaping.InputError
		for _, e := range joined.Unwrap() {
			if errors.As(e, &one) {
				all = append(all, one)
			}
		}
		return all
	}
	if errors.As(err, &one) {
		return []*chaping.InputError{one}
	}
	return nil
}

func TestParseTermList(t *testing.T) {
	d, err := ParseTermList("terms.txt", strings.NewReader("\uFEFF# 注释\n漏电\n\n 噪音 \r\n漏电\na.*b\n"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, term := range d.Terms {
		names = append(names, term.Name)
	}
	if want := []string{"a.*b", "噪音", "漏电"}; !slices.Equal(names, want) {
		t.Errorf("terms %v, want %v", names, want)
	}
	other, _ := ParseTermList("x", strings.NewReader("噪音\na.*b\n漏电"))
	if d.Version == "" || d.Version != other.Version {
		t.Errorf("the order of lines changes the version: %q, %q", d.Version, other.Version)
	}
}

func TestParseTermListFaults(t *testing.T) {
	for name, c := range map[string]struct {
		text  string
		line  int
		terms int // that are kept
	}{
		"empty":         {"# nothing\n\n", 0, 0},
		"one character": {"漏电\n麻\n噪音", 2, 2},
		"only faults":   {"麻", 1, 0},
		"not UTF-8":     {"漏电\n\xc2\xa9\xff\xfe\n", 2, 1},
		"too long":      {strings.Repeat("漏", 31), 1, 0},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ParseTermList("terms.txt", strings.NewReader(c.text))
			f := faults(err)
			if len(f) != 1 || f[0].File != "terms.txt" || f[0].Line != c.line || f[0].Problem == "" || f[0].Remedy == "" {
				t.Fatalf("error %v", err)
			}
			kept := 0
			if d != nil {
				kept = len(d.Terms)
			}
			if kept != c.terms {
				t.Errorf("%d terms kept, want %d", kept, c.terms)
			}
		})
	}
}

func TestLoadDictionary(t *testing.T) {
	d, err := LoadDictionary(fstest.MapFS{
		"a/wires.yaml": {Data: []byte("field: 电线电缆\nterms:\n  - {name: 漏电, hazard: electrical, severity: 4, surfaces: [跑电]}\n")},
		"toys.yaml":    {Data: []byte("field: 玩具\nterms:\n  - name: 毛刺\n")},
		"notes.txt":    {Data: []byte("left out")},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Terms) != 2 || d.Terms[1].Name != "漏电" || d.Terms[1].Field != "电线电缆" || d.Terms[1].Severity != 4 || d.Terms[1].Surfaces[0] != "跑电" {
		t.Errorf("terms %+v", d.Terms)
	}
}

func TestLoadDictionaryFaults(t *testing.T) {
	for name, c := range map[string]struct {
		files map[string]string
		line  int
		says  []string
	}{
		"two classes":    {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, hazard: electrical}\n", "b.yaml": "field: 乙\nterms:\n- {name: 漏电, hazard: fire}\n"}, 3, []string{"b.yaml", "a.yaml", "electrical", "不一致"}},
		"same form":      {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, surfaces: [跑电]}\n- {name: 跑电}\n"}, 4, []string{"漏电"}},
		"unknown field":  {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, severty: 4}\n"}, 3, []string{"severty"}},
		"unknown hazard": {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, hazard: magic}\n"}, 3, []string{"magic"}},
		"severity":       {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, severity: 5}\n"}, 3, []string{"5"}},
		"one character":  {map[string]string{"a.yaml": "field: 甲\nterms:\n- {name: 漏电, surfaces: [麻]}\n"}, 3, []string{"麻"}},
		"no field":       {map[string]string{"a.yaml": "terms:\n- {name: 漏电}\n"}, 1, []string{"领域"}},
		"a list":         {map[string]string{"a.yaml": "field: 甲\nterms:\n- 漏电\n"}, 3, []string{"name"}},
		"not YAML":       {map[string]string{"a.yaml": "field: [\n"}, 0, []string{"不是可用的词典"}},
		"nothing":        {map[string]string{}, 0, []string{"没有任何词条"}},
	} {
		t.Run(name, func(t *testing.T) {
			fsys := fstest.MapFS{}
			for file, text := range c.files {
				fsys[file] = &fstest.MapFile{Data: []byte(text)}
			}
			d, err := LoadDictionary(fsys)
			f := faults(err)
			if d != nil || len(f) == 0 {
				t.Fatalf("dictionary %v, error %v", d, err)
			}
			if f[0].Line != c.line {
				t.Errorf("line %d, want %d: %v", f[0].Line, c.line, err)
			}
			for _, s := range c.says {
				if !strings.Contains(err.Error(), s) {
					t.Errorf("%q is not in %v", s, err)
				}
			}
		})
	}
}

func TestShippedDictionary(t *testing.T) {
	m, err := ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	if got := m.Mine(nil, "开机就跑电"); len(got) != 1 || got[0].Term != "漏电" || got[0].Surface != "跑电" {
		t.Errorf("mentions %v", got)
	}
	if len(m.Version()) != 12 {
		t.Errorf("version %q", m.Version())
	}
}

func TestVersionFollowsContent(t *testing.T) {
	a, b := newTestMiner(t, "漏电"), newTestMiner(t, "漏电", "漏水")
	again := newTestMiner(t, "漏电")
	if a.Version() == b.Version() || a.Version() != again.Version() {
		t.Errorf("versions %s, %s, %s", a.Version(), b.Version(), again.Version())
	}
}

func FuzzParseTermList(f *testing.F) {
	f.Add("漏电\n噪音")
	f.Add("#\n\xff\n麻\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := ParseTermList("x", strings.NewReader(text))
		if d == nil && err == nil {
			t.Fatal("neither terms nor an error")
		}
		if d != nil && (len(d.Terms) == 0 || d.Version == "") {
			t.Fatalf("dictionary %+v", d)
		}
	})
}

func FuzzLoadDictionary(f *testing.F) {
	f.Add("field: 甲\nterms:\n- {name: 漏电, hazard: electrical, severity: 4, surfaces: [跑电]}\n")
	f.Add("terms: {}\n")
	f.Fuzz(func(t *testing.T, text string) {
		d, err := LoadDictionary(fstest.MapFS{"a.yaml": {Data: []byte(text)}})
		if (d == nil) == (err == nil) {
			t.Fatalf("dictionary %v, error %v", d, err)
		}
	})
}

// TestPatternFaults: a bad pattern in a term file is refused with its place,
// what is wrong and what to do.
func TestPatternFaults(t *testing.T) {
	for form, problem := range map[string]string{
		"<没有这类>坏":                "没有词类",
		"(很|太)?(大)?":             "可以省去",
		"(((((a|b)|c)|d)|e)|f)坏": "括号套了",
		"(很|太)(大)?":              "最短只有一个字",
	} {
		_, err := LoadDictionary(fstest.MapFS{"a.yaml": {Data: []byte("field: 甲\nterms:\n  - {name: 漏电}\n  - {name: 损坏, surfaces: ['" + form + "']}\n")}})
		var fault *chaping.InputError
		if !errors.As(err, &fault) || fault.File != "a.yaml" || fault.Line != 4 || fault.Field != "surfaces" || fault.Value != form ||
			!strings.Contains(fault.Problem, problem) || fault.Remedy == "" {
			t.Errorf("%s: %v", form, err)
		}
	}
	if _, err := NewDictionary("d", []chaping.Term{{Name: "(很|太)坏"}}); err == nil {
		t.Error("a pattern as the name of a term")
	}
}

// TestOverlap: of terms that overlap the longest form has the mention, unless
// the dictionary says that both are wanted, or they are plain words.
func TestOverlap(t *testing.T) {
	for name, c := range map[string]struct {
		terms []chaping.Term
		want  string
	}{
		"longest": {[]chaping.Term{{Name: "爆炸", Field: "通用"}, {Name: "电池爆炸", Field: "通用"}}, "电池爆炸"},
		"pattern": {[]chaping.Term{{Name: "爆炸", Field: "通用"}, {Name: "鼓包", Field: "通用", Surfaces: []string{"电池~2(炸|爆炸)了"}}}, "鼓包"},
		"both":    {[]chaping.Term{{Name: "爆炸", Field: "通用"}, {Name: "鼓包", Field: "通用", Surfaces: []string{"&电池爆炸"}}}, "鼓包 爆炸"},
		"plain":   {[]chaping.Term{{Name: "爆炸"}, {Name: "电池爆炸"}}, "电池爆炸 爆炸"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := NewDictionary("d", c.terms)
			if err != nil {
				t.Fatal(err)
			}
			m, err := NewMiner(d)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, mn := range m.Mine(nil, "用了两天电池爆炸了") {
				got = append(got, mn.Term)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("got %v, want %s", got, c.want)
			}
		})
	}
}

// TestMostFitting: of terms that say the same of the same words, the one of the
// goods' own field has the mention; on other goods it is the common one.
func TestMostFitting(t *testing.T) {
	d, err := NewDictionary("d", []chaping.Term{
		{Name: "漏水", Field: "通用", Surfaces: []string{"(底下|下面)~2(漏水|渗水)"}},
		{Name: "家电漏水", Field: "家用电器", Surfaces: []string{"(机器|底下)~2(漏水|滴水)"}},
		{Name: "爆炸", Field: "通用"},
		{Name: "电池爆炸", Field: "电动自行车与充电器", Surfaces: []string{"&电池炸了"}},
		{Name: "漏电", Field: "通用", Severity: 4},
		{Name: "损坏", Field: "通用", Severity: 1, Surfaces: []string{"(三|两)天就(漏|坏)"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ goods, text, want string }{
		{"洗衣机", "底下一直漏水", "家电漏水"},
		{"水杯", "底下一直漏水", "漏水"},
		{"电动车", "电池爆炸了", "电池爆炸"}, // not 爆炸 as well
		{"水杯", "电池爆炸了", "爆炸"},
		{"水壶", "三天就漏电", "漏电"}, // a danger that reaches beyond a plain fault
	} {
		var got []string
		for _, mn := range m.MineGoods(nil, c.text, m.GoodsOf(c.goods)) {
			got = append(got, mn.Term)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s on %s: got %v, want %s", c.text, c.goods, got, c.want)
		}
	}
}

// TestGoods: a term of one field does not count on goods of another.
func TestGoods(t *testing.T) {
	d, err := NewDictionary("d", []chaping.Term{{Name: "漏电", Field: "通用"}, {Name: "爆痘", Field: "化妆品与洗护"}, {Name: "变质", Field: "食品"}, {Name: "自家词", Field: "本站"}})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ goods, want string }{
		{"某某牌保湿面霜", "漏电 爆痘 自家词"},
		{"手机", "漏电 自家词"},
		{"手机壳", "漏电 自家词"},
		{"纯牛奶 整箱", "漏电 变质 自家词"},
		{"食品", "漏电 变质 自家词"}, // a field's own name
		{"没有人认得的东西", "漏电 爆痘 变质 自家词"},
		{"没有人认得的东西 天猫包邮", "漏电 爆痘 变质 自家词"}, // neither a cat nor a bag
		{"格力 空调 1.5匹", "漏电 自家词"},
	} {
		var got []string
		for _, mn := range m.MineGoods(nil, "漏电了，爆痘了，变质了，自家词", m.GoodsOf(c.goods)) {
			got = append(got, mn.Term)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s: got %v, want %s", c.goods, got, c.want)
		}
		for _, term := range d.Terms {
			if m.CountsOn(term.Name, m.GoodsOf(c.goods)) != strings.Contains(c.want, term.Name) {
				t.Errorf("%s on %s", term.Name, c.goods)
			}
		}
	}
}

// A field of no goods is a fault of the file.
// A word that names an electrical device takes it for one, whatever else it is: the
// longer word has the goods, and a 电水壶 that only touches food would not boil dry.
func TestElectricalGoodsAreAppliances(t *testing.T) {
	m := shippedMiner(t)
	electric := m.goods.bits["家用电器"] | m.goods.bits["电子数码"] | m.goods.bits["电动自行车与充电器"] | m.goods.bits["电线电缆"]
	for _, w := range m.goods.words {
		if w.fields == m.goods.bits["家具家居"] {
			continue // 电视柜
		}
		first, _ := utf8.DecodeRuneInString(w.text)
		if first == '电' && w.fields != 0 && w.fields&electric == 0 {
			t.Errorf("%s is no electrical device: %v", w.text, m.FieldsOf(Goods{fields: w.fields}))
		}
	}
	for _, name := range []string{"玻璃电水壶1.5升", "紫砂电茶壶", "宿舍小电煮锅", "宝宝暖奶器", "宠物烘干箱", "猫用宠物加热垫", "双层煮蛋器"} {
		if of := m.GoodsOf(name); of.fields&m.goods.bits["家用电器"] == 0 {
			t.Errorf("%s is of %v", name, m.FieldsOf(of))
		}
	}
}

func TestGoodsOfNoField(t *testing.T) {
	data := shippedData(t)
	data[goodsFile].Data = []byte("fields: {食品: [茶]}\nalso: {拉肚子: [食品, 饮品]}\n")
	d, err := ParseTermList("terms", strings.NewReader("漏电"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = NewMiner(d, WithData(data))
	if f := faults(err); len(f) != 1 || f[0].File != goodsFile || f[0].Field != "also" || f[0].Value != "饮品" {
		t.Errorf("error %v", err)
	}
}

// Where two terms cross, the graver has the mention; where one holds the other,
// the longer.
func TestCrossingTerms(t *testing.T) {
	d, err := NewDictionary("试验", []chaping.Term{
		{Name: "损坏", Field: "通用", Severity: 1, Surfaces: []string{"三天就漏", "漏电坏了"}},
		{Name: "漏电", Field: "通用", Severity: 4},
		{Name: "爆炸", Field: "通用", Severity: 4},
		{Name: "电池爆炸", Field: "通用", Severity: 4},
		{Name: "电池爆", Field: "通用", Severity: 4},
	})
	if err != nil {
		t.Fatal(err)
	}
	m, err := NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]string{
		"用了三天就漏电": "漏电",
		"用了三天就漏水": "损坏",
		"没多久漏电坏了": "损坏",
		"电池爆炸了":   "电池爆炸",
	} {
		var got []string
		for _, mention := range m.Mine(nil, text) {
			got = append(got, mention.Term)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", text, got, want)
		}
	}
}

// What find looks at first must never refuse what Extend finds: patterns that reach
// over a comma, or whose words hold a mark, included.
func TestFindAsExtend(t *testing.T) {
	m := shippedMiner(t)
	m.ready()
	rows := shoppingReviews(t)
	var sc scratch
	patterns := 0
	for i := 0; i < len(rows); i += 5 {
		m.folder.Fold(&sc.text, rows[i][2])
		text := sc.text.Runes
		var want []found
		for _, w := range m.auto.All(nil, text) {
			for _, s := range m.stands[m.words[w.Pattern]:m.words[w.Pattern+1]] {
				if s.form >= 0 {
					want = append(want, found{form: s.form, start: w.Start, end: w.End})
				} else if from, to, ok := m.forms[^s.form].matcher.Extend(text, int(w.Start), int(w.End)); ok {
					want = append(want, found{form: ^s.form, start: int32(from), end: int32(to)})
					patterns++
				}
			}
		}
		if m.find(&sc, text); !slices.Equal(sc.found, want) {
			t.Fatalf("%s: found %v, want %v", string(text), sc.found, want)
		}
	}
	if patterns == 0 {
		t.Error("no pattern matches")
	}
}
