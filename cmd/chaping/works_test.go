package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping/app"
	"chaping/web"
)

// What an import that a page starts has to say, with and without a product
// table, in the page's names for the files.
func TestImportFromPage(t *testing.T) {
	p := &program{dataDir: t.TempDir(), now: time.Now, err: testWriter{t}}
	openApp(t, p)
	dir := t.TempDir()
	path, products := filepath.Join(dir, "1.csv"), filepath.Join(dir, "2.csv")
	for path, text := range map[string]string{
		path:     "评论编号,评论内容,评论时间,评分,平台,商品编号,商品名称\n1,漏电,2026-11-01 08:00:00,1,mall,A,壶\n",
		products: "平台,商品编号,商品名称\nmall,A,壶\n",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, table := range []string{"", products} {
		out, err := p.works().Import(t.Context(), web.Import{Path: path, Name: "评论.csv", Profile: "standard", Products: table}, func(app.Progress) {})
		if strings.Contains(out, dir) || strings.Count(out, "商品表") > 1 || !strings.Contains(out, "评论.csv") {
			t.Errorf("with %q: %v: %s", table, err, out)
		}
	}
}
