package importer

import (
	"slices"
	"strings"
	"testing"
)

// texts are those of the reviews that a file gives.
func texts(t *testing.T, name, data string, o Options) (list []string, sum Summary, sink *memory) {
	t.Helper()
	sink = &memory{}
	o.Sink = sink
	if o.Now.IsZero() {
		o.Now = now.AddDate(0, 0, 3)
	}
	sum, err := Import(t.Context(), writeFile(t, name, data), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range sink.reviews {
		list = append(list, r.Text)
	}
	return list, sum, sink
}

// Words whose GBK is valid UTF-8 by chance are GBK in a file of GBK.
func TestChanceUTF8(t *testing.T) {
	const header = "商品编号,评论内容,评分,评论时间\r\n"
	mixed := string(gbk(t, header+"6601,插座打火了,1,2026-11-03\r\n")) + "6601,插座打火了，一股焦味,1,2026-11-04\r\n6601,很好,5,2026-11-04\r\n"
	for name, tt := range map[string]struct {
		data string
		want []string
	}{
		"a word":                {string(gbk(t, header+"6601,渗水,1,2026-11-03\r\n6601,漏水,1,2026-11-03\r\n6601,破裂,1,2026-11-04\r\n")), []string{"渗水", "漏水", "破裂"}},
		"a line of a cell":      {string(gbk(t, header+"6601,\"买来三天\r\n漏水\r\n没人管\",1,2026-11-03\r\n")), []string{"买来三天\n漏水\n没人管"}},
		"Latin names":           {"SKU,review,rating,date\r\n" + string(gbk(t, "B7,漏水,1,2026-11-03\r\nB8,渗漏,1,2026-11-03\r\n")), []string{"漏水", "渗漏"}},
		"only such words":       {"SKU,review,rating,date\r\n" + string(gbk(t, "B7,漏水,1,2026-11-03\r\n")), []string{"漏水"}},
		"lines of UTF-8 within": {mixed, []string{"插座打火了", "插座打火了，一股焦味", "很好"}},
		"Latin letters, UTF-8":  {"SKU,review,rating,date\r\nB7,läuft heiß,1,2026-11-03\r\nB8,très bien,5,2026-11-03\r\n", []string{"läuft heiß", "très bien"}},
		"Cyrillic, UTF-8":       {"SKU,review,rating,date\r\nB7,не работает,1,2026-11-03\r\nB8,греется,5,2026-11-03\r\n", []string{"не работает", "греется"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, _, _ := texts(t, "a.csv", tt.data, Options{})
			if !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
	lines := string(gbk(t, `{"商品编号":"6601","评论内容":"冒烟","评分":1,"评论时间":"2026-11-03"}`)) + "\n" +
		string(gbk(t, `{"id":"6602","c":"漏水"}`))
	d := newDecoder(charsetAuto)
	d.gbk = true
	if got, _ := d.decode(strings.Split(lines, "\n")[1]); !strings.Contains(got, "漏水") {
		t.Errorf("%q", got)
	}
}
