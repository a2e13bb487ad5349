package app

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestTwoShapes: reviews that come in two shapes cannot be joined, and that they
// count twice is said; what differs otherwise is nobody's second copy.
func TestTwoShapes(t *testing.T) {
	const long, other, short = "烧水的时候壶盖弹开烫了手", "插上电就闻到一股糊味道", "漏水漏电了"
	byID, byName := "商品编号,商品名称,店铺名称,评分,评价内容,评价时间\n", "商品名称,评分,评价内容,评价时间\n"
	plain := func(text, at string) string { return "K31,电热壶丁,丁家店,1," + text + "," + at + "\n" }
	bare := func(text, at string) string { return "电热壶丁,1," + text + "," + at + "\n" }
	const second, minute, day = "2026-11-03 10:01:07", "2026-11-03 10:01", "2026-11-03"
	for name, tt := range map[string]struct{ first, second, said string }{
		"with and without IDs":     {"评价编号," + byID + "R1," + plain(long, second), byID + plain(long, second), "一边有评论编号、一边没有（1 处）"},
		"without and with IDs":     {byID + plain(long, second), "评价编号," + byID + "R1," + plain(long, minute), "一边有评论编号、一边没有（1 处）"},
		"days and times":           {byID + plain(long, day), byID + plain(long, second), "一边的时间只到日或到分（1 处）"},
		"times and days":           {byID + plain(long, second) + plain(other, "2026-11-04 08:00:02"), byID + plain(long, day) + plain(other, "2026-11-04"), "一边的时间只到日或到分（2 处）"},
		"by ID and by name":        {byID + plain(long, second), byName + bare(long, second), "成了两件商品（1 处）"},
		"by name and by ID":        {byName + bare(long, day), byID + plain(long, second), "成了两件商品（1 处）"},
		"by name, its shop beside": {byID + plain(long, second), "店铺名称," + byName + "丁家店," + bare(long, second), "成了两件商品（1 处）"},
		"the same file":            {byID + plain(long, second), byID + plain(long, second), ""},
		"another day":              {"评价编号," + byID + "R1," + plain(long, second), byID + plain(long, "2026-11-04 10:01:07"), ""},
		"another product":          {byID + plain(long, second), byID + strings.NewReplacer("K31", "K32", "电热壶丁", "电饭煲丙").Replace(plain(long, second)), ""},
		"another text":             {"评价编号," + byID + "R1," + plain(long, second), byID + plain(other, second), ""},
		"a short text of the day":  {byID + plain(short, day), "评价编号," + byID + "R1," + plain(short, second), ""},
		"another time":             {"评价编号," + byID + "R1," + plain(long, second), byID + plain(long, "2026-11-03 11:30:09"), ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newUndoBench(t)
			said := ""
			for i, data := range []string{tt.first, tt.second} {
				file := filepath.Join(t.TempDir(), "a.csv")
				if err := os.WriteFile(file, []byte(data), 0o600); err != nil {
					t.Fatal(err)
				}
				b.now = b.now.AddDate(0, 0, 1)
				if i == 0 {
					b.bring(9, file)
					continue
				}
				r, err := b.Import(t.Context(), ImportRequest{File: file}, nil)
				if err != nil {
					t.Fatal(err)
				}
				for _, q := range r.Questions {
					if strings.Contains(q.Text, "像是有两份") {
						said += q.Text
					}
				}
			}
			if !strings.Contains(said, tt.said) || tt.said == "" && said != "" {
				t.Errorf("%q, want %q", said, tt.said)
			}
		})
	}
}
