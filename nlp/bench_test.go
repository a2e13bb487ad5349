package nlp

import (
	"bufio"
	"compress/gzip"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping"
	"chaping/nlp/corpora"
)

const (
	shopping = "online_shopping_10_cats.csv.gz"
	washer   = "jd_washer_comments.ndjson.gz"
)

// shoppingReviews are the rows of the shopping corpus: category, label, text.
func shoppingReviews(t testing.TB) [][]string {
	t.Helper()
	zr, err := gzip.NewReader(corpora.Open(t, "corpora/"+shopping))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(zr).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	return rows[1:]
}

// washerReviews are the washer comments by id, repeated ids left out.
func washerReviews(t testing.TB) (ids []string, texts map[string]string) {
	t.Helper()
	zr, err := gzip.NewReader(corpora.Open(t, "corpora/"+washer))
	if err != nil {
		t.Fatal(err)
	}
	sc := bufio.NewScanner(simplifiedchinese.GB18030.NewDecoder().Reader(zr))
	sc.Buffer(nil, 1<<22)
	texts = map[string]string{}
	for sc.Scan() {
		var o struct {
			ID      json.Number
			Content string
		}
		if json.Unmarshal(sc.Bytes(), &o) != nil {
			continue
		}
		if _, dup := texts[o.ID.String()]; !dup {
			ids = append(ids, o.ID.String())
			texts[o.ID.String()] = o.Content
		}
	}
	return ids, texts
}

// thousandTerms is a dictionary of 1,000 terms: the shipped ones, then
// made-up ones of two to four characters that reviews do use, problem words
// with parts and places, so that the automaton is as large as a station's.
func thousandTerms(t testing.TB) *Dictionary {
	t.Helper()
	d, err := ShippedDictionary()
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, term := range d.Terms {
		seen[term.Name] = true
		for _, s := range term.Surfaces {
			seen[s] = true
		}
	}
	out := &Dictionary{Terms: append([]chaping.Term(nil), d.Terms...)}
	parts := strings.Fields("插头 电线 开关 外壳 屏幕 电池 充电器 把手 轮子 螺丝 胶圈 门封 内胆 水管 接口 按键 拉链 扣子 袖口 瓶盖 泵头 滤网 风扇 电机 灯管 底座 支架 盖子 喷头 面板")
	faults := strings.Fields("断了 裂了 松了 掉了 坏了 漏了 烧了 糊了 冒烟 发烫 变形 生锈 发黄 发霉 起泡 掉漆 脱胶 破洞 短路 失灵 异响 卡死 爆裂 融化 炸开 冒火 打火 漏风 漏油 开胶 起皮 发臭 发粘 掉渣")
	for _, p := range parts {
		for _, f := range faults {
			if len(out.Terms) == 1000 {
				return out
			}
			if w := p + f; !seen[w] {
				seen[w] = true
				out.Terms = append(out.Terms, chaping.Term{Name: w})
			}
		}
	}
	return out
}

// BenchmarkMine mines the shopping corpus with 1,000 terms on one core,
// assertion included, and compares with cutting every review by gse.
func BenchmarkMine(b *testing.B) {
	rows := shoppingReviews(b)
	d := thousandTerms(b)
	b.Run("mine", func(b *testing.B) {
		m, err := NewMiner(d)
		if err != nil {
			b.Fatal(err)
		}
		m.ready()
		var mentions []chaping.Mention
		found := 0
		b.ReportAllocs()
		for b.Loop() {
			found = 0
			for _, r := range rows {
				mentions = m.Mine(mentions[:0], r[2])
				found += len(mentions)
			}
		}
		b.ReportMetric(float64(len(rows))*float64(b.N)/b.Elapsed().Seconds(), "reviews/s")
		b.ReportMetric(float64(found), "mentions")
	})
	b.Run("gse-cut-every-review", func(b *testing.B) {
		seg := shippedSegmenter(b, surfacesOf(b, d))
		var some []string // as long as all reviews are, on average: the first ones are longer
		for i := 0; i < len(rows); i += 20 {
			some = append(some, rows[i][2])
		}
		b.ReportAllocs()
		for b.Loop() {
			for _, text := range some {
				seg.Cut(text, false)
			}
		}
		b.ReportMetric(float64(len(some))*float64(b.N)/b.Elapsed().Seconds(), "reviews/s")
	})
}

// BenchmarkLoad builds a miner with the shipped dictionary from nothing: as far as
// the version and the terms, and until it mines.
func BenchmarkLoad(b *testing.B) {
	for _, first := range []string{"version", "mining"} {
		b.Run(first, func(b *testing.B) {
			for b.Loop() {
				d, err := ShippedDictionary()
				if err != nil {
					b.Fatal(err)
				}
				m, err := NewMiner(d)
				if err != nil {
					b.Fatal(err)
				}
				if first == "mining" {
					m.ready()
				}
			}
		})
	}
}
