package app

import (
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"chaping/store/storetest"
)

// What is kept of an import has nothing of columns that are not stored, and is masked
// where it quotes rows.
func TestImportReportIsMasked(t *testing.T) {
	a := New(Config{Dir: storetest.Embedded(t).DataDir, Now: time.Now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { a.Close() })
	file := filepath.Join(t.TempDir(), "订单.csv")
	text := "商品编号,评论编号,评论内容,评论时间,评分,收货地址,使用感受\n"
	for i := range 30 {
		n := string(rune('A'+i%26)) + string(rune('0'+i/26))
		text += "K," + n + ",挺好用的" + n + ",2026-11-02 10:00:00,5,上海市浦东新区张杨路" + n + "号,用得不错，打我电话13812345678 " + n + "\n"
	}
	text += "K,X,打我电话13812345678,没有日期13812345678,5,上海市浦东新区张杨路9号,无\n"
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := a.Import(t.Context(), ImportRequest{File: file}, nil)
	if err != nil || r.Refused != 1 {
		t.Fatal(r, err)
	}
	s, err := a.Store(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	kept, err := s.Report(t.Context(), r.Run)
	if err != nil || !strings.Contains(string(kept), "使用感受") || !strings.Contains(string(kept), "没有日期") {
		t.Fatal(string(kept), err)
	}
	for _, secret := range []string{"张杨路", "13812345678"} {
		if strings.Contains(string(kept), secret) {
			t.Errorf("%s stands in %s", secret, kept)
		}
	}
}
