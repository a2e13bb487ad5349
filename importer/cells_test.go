package importer

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"chaping"
)

// What spreadsheets write in place of texts is none of the texts.
func TestCellsOfSpreadsheets(t *testing.T) {
	header := []any{"商品名称", "评论内容", "评分", "评论时间"}
	data := book(t, func(f *excelize.File) {
		putRows(f, "Sheet1", 1, header, []any{"挂烫机", "#NAME?", 1, "2026-11-03"}, []any{"挂烫机", "喷水_x000D_\n烫手", 2, "2026-11-04"}, []any{"挂烫机", "型号_x005F_x0041_", 5, "2026-11-05"})
		_, _ = f.NewSheet("旧表")
		putRows(f, "旧表", 1, header, []any{"挂烫机", "很好", 5, "2026-11-02"})
		_ = f.SetSheetVisible("旧表", false)
	})
	got, sum, _ := texts(t, "a.xlsx", data, Options{})
	if !slices.Equal(got, []string{"", "喷水\n烫手", "型号_x0041_", "很好"}) || sum.Noted != 1 {
		t.Errorf("%q %+v", got, sum)
	}
	if len(sum.Tables) != 2 || sum.Tables[0].Hidden || !sum.Tables[1].Hidden {
		t.Errorf("%+v", sum.Tables)
	}
}

// Python's way of writing records is refused with what helps.
func TestPythonRecords(t *testing.T) {
	for _, data := range []string{
		"{'product': '挂烫机', 'content': '漏电, 很危险', 'date': '2026-11-03'}\n{'product': '挂烫机', 'content': '好', 'date': '2026-11-03'}\n",
		"[{'product': '挂烫机', 'content': '漏电', 'date': '2026-11-03'}]",
	} {
		_, err := Import(t.Context(), writeFile(t, "a.txt", data), Options{Now: now})
		var input *chaping.InputError
		if !errors.As(err, &input) || !strings.Contains(input.Problem, "Python") {
			t.Errorf("%v", err)
		}
	}
}

// Who has written a review stands in no text, however the member is called.
func TestNamesOfBuyers(t *testing.T) {
	const data = `[{"name":"张小明13","itemId":"7711","content":"漏电","score":1,"time":"2026-11-03"},{"name":"李大红","itemId":"7711","content":"好","score":5,"time":"2026-11-04"}]`
	for name, data := range map[string]string{"with a product": data, "without": strings.ReplaceAll(data, `"itemId":"7711",`, "")} {
		got, sum, sink := texts(t, "a.json", data, Options{Facts: Facts{Product: "挂烫机"}})
		if !slices.Equal(got, []string{"漏电", "好"}) {
			t.Errorf("%s: %q %+v", name, got, sum)
		}
		for _, l := range sink.listings {
			if strings.Contains(l.Product.Name, "张") {
				t.Errorf("%s: %+v", name, l)
			}
		}
	}
}
