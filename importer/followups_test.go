package importer

import (
	"bytes"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
)

// Rows that a column calls follow-ups, and whose parent another column names, are
// what the buyer of that review wrote later, and no reviews.
func TestFollowUpRows(t *testing.T) {
	const header = "记录编号,所属记录,记录类型,商品编号,评分,评价内容,评价时间\n"
	const first, second = "T701,,买家评价,K31,5,烧水很快不错,2026-11-02 09:00:07\n", "T702,,买家评价,K31,1,壶盖烫手了,2026-11-03 09:00:07\n"
	const reply, later = "T703,T701,商家回复,K31,,亲，谢谢支持,2026-11-03 10:00:00\n", "T704,T701,买家追评,K31,,现在漏电了,2026-11-20 08:00:00\n"
	const again = "T705,T701,买家追评,K31,,又起火了,2026-11-22 08:00:00\n"
	both := []string{"T701 烧水很快不错|现在漏电了|2026-11-20", "T702 壶盖烫手了||"}
	for name, tt := range map[string]struct {
		rows string
		want []string
		said string
	}{
		"behind its review":       {first + later + second, both, "并入所追评的评论"},
		"with the merchant's":     {first + reply + later + second, both, "并入所追评的评论"},
		"in front of its review":  {later + second + first, both, "并入所追评的评论"},
		"far behind":              {first + second + strings.Repeat("T709,,买家评价,K31,5,很好很满意的一次购物,2026-11-05 09:00:07\n", 9) + later, append(slices.Clone(both), "T709 很好很满意的一次购物||"), "并入"},
		"twice":                   {first + later + again + second, []string{"T701 烧水很快不错|现在漏电了\n又起火了|2026-11-20", both[1]}, "2 行是追评"},
		"of what is not there":    {first + later + second + strings.Replace(again, "T701", "T600", 1), append(slices.Clone(both), "T705 又起火了||"), "1 行追评对不上所追评的评论（如 T600）"},
		"of none":                 {strings.ReplaceAll(first+later+second, ",T701,", ",,"), []string{"T701 烧水很快不错||", both[1], "T704 现在漏电了||"}, "每行追评另算一条评论"},
		"under the review's ID":   {first + strings.Replace(later, "T704,T701", "T701,", 1) + second, both, "并入所追评的评论"},
		"the review once more":    {first + later + second + first, both, "并入所追评的评论"},
		"nothing but follow-ups":  {first + second, []string{"T701 烧水很快不错||", both[1]}, ""},
		"another name of kinds":   {strings.NewReplacer("买家评价", "评价", "买家追评", "追加评论").Replace(first + later + second), both, "并入所追评的评论"},
		"in the reviews' numbers": {strings.NewReplacer("T70", "90000000000000270").Replace(first + later + second), []string{strings.Replace(both[0], "T70", "90000000000000270", 1), strings.Replace(both[1], "T70", "90000000000000270", 1)}, "并入"},
	} {
		for _, batch := range []int{0, 1} {
			_, sum, sink := texts(t, "a.csv", header+tt.rows, Options{Batch: batch})
			last := map[string]string{}
			for _, r := range sink.reviews {
				at := ""
				if !r.AppendedAt.IsZero() {
					at = r.AppendedAt.Format("2006-01-02")
				}
				last[r.ID] = fmt.Sprintf("%s %s|%s|%s", r.ID, r.Text, r.Appended, at)
			}
			var got []string
			for _, s := range last {
				got = append(got, s)
			}
			slices.Sort(got)
			said := ""
			for _, q := range sum.Questions {
				said += q.Text + q.Assumed
			}
			if !slices.Equal(got, tt.want) || !strings.Contains(said, tt.said) || tt.said == "" && strings.Contains(said, "追评") {
				t.Errorf("%s, batches of %d: %q, %s", name, batch, got, said)
			}
		}
	}
}

// A follow-up may be called so by a flag, name the order, or number the rows, and
// rows of other kinds may stand among them.
func TestFollowUpRowsOtherwise(t *testing.T) {
	const joined, each = "并入所追评的评论", "每行追评另算一条评论"
	for name, tt := range map[string]struct {
		data string
		want string // texts, and behind a bar what follows them up
		said string
	}{
		"a user's answer among them":           {"记录编号,所属记录,评论类型\nT701,,评论\nT704,T701,追评\nT705,T701,用户回复\nT706,T701,商家回复\n", "0|1 2", joined},
		"a flag":                               {"记录编号,父评论ID,是否追评\nT701,,否\nT704,T701,是\nT705,,否\n", "0|1 2", joined},
		"a flag and the order":                 {"记录编号,订单号,是否追评\nT701,8801,否\nT704,8801,是\nT705,8802,否\n", "0|1 2", joined},
		"orders and no numbers":                {"订单编号,评论类型\n8801,初评\n8802,初评\n8801,追评\n", "0|2 1", joined},
		"orders of several reviews":            {"记录编号,订单号,是否追评\nT701,8801,否\nT702,8801,否\nT705,8801,是\n", "0 1 2", each},
		"an order of two reviews among others": {"记录编号,订单号,是否追评\nT701,8801,否\nT702,8801,否\nT703,8802,否\nT705,8801,是\nT706,8802,是\n", "0 1 2|4 3", "一个订单有几条评论"},
		"a flag and nothing else":              {"记录编号,是否追评\nT701,否\nT704,是\n", "0 1", each},
		"row numbers":                          {"评论ID,父评论ID,类型\n1,,初评\n2,1,追评\n3,,初评\n", "0|1 2", "只按它把追评并入评论"},
		"a flag beside its review":             {"记录编号,是否追评,追评内容\nT701,否,\nT704,是,后来掉漆了\n", "0 1|后来掉漆了", ""},
	} {
		lines := strings.Split(strings.TrimSpace(tt.data), "\n")
		data := lines[0] + ",商品编号,商品名称,评价内容,评价时间\n"
		for i, line := range lines[1:] {
			data += fmt.Sprintf("%s,K31,水壶,%d这一句写得和别人不一样,2026-11-%02d 09:00:07\n", line, i, i+2)
		}
		for _, batch := range []int{0, 1} {
			_, sum, sink := texts(t, "a.csv", data, Options{Batch: batch})
			u, err := Inspect(t.Context(), writeFile(t, "a.csv", data), Options{Now: now.AddDate(0, 0, 3)})
			if err != nil {
				t.Fatal(err)
			}
			last := map[string]string{}
			for _, r := range sink.reviews {
				last[r.ID] = strings.TrimSuffix(r.Text+"|"+r.Appended, "|")
			}
			got := strings.ReplaceAll(strings.Join(slices.Sorted(maps.Values(last)), " "), "这一句写得和别人不一样", "")
			said := ""
			for _, q := range sum.Questions {
				said += q.Text + q.Assumed
			}
			if got != tt.want || !strings.Contains(said, tt.said) || tt.said == "" && strings.Contains(said, "追评") {
				t.Errorf("%s, batches of %d: %q, %s, %+v", name, batch, got, said, u.Columns)
			}
			yaml, err := u.Profile().YAML()
			if err != nil {
				t.Fatal(err)
			}
			saved, err := LoadProfile("a.yaml", bytes.NewReader(yaml))
			if err != nil {
				t.Fatal(err)
			}
			if _, _, again := texts(t, "a.csv", data, Options{Profile: saved}); len(again.reviews) != len(sink.reviews) && batch == 0 {
				t.Errorf("%s: %d reviews with the saved profile, %d without", name, len(again.reviews), len(sink.reviews))
			}
		}
	}
}

// An import that goes on where another was killed has the follow-ups of both parts.
func TestFollowUpRowsResumed(t *testing.T) {
	const data = "记录编号,所属记录,记录类型,商品编号,评分,评价内容,评价时间\n" +
		"T704,T702,追评,K31,,现在漏电了,2026-11-20 08:00:00\nT701,,评价,K31,5,烧水很快不错,2026-11-02 09:00:07\n" +
		"T702,,评价,K31,5,壶盖烫手了,2026-11-03 09:00:07\nT705,T701,追评,K31,,又起火了,2026-11-22 08:00:00\nT706,T600,追评,K31,,没了,2026-11-22 08:00:00\n"
	for after := range 7 {
		_, _, sink := texts(t, "a.csv", data, Options{After: after})
		for _, r := range sink.reviews {
			if want := map[string]string{"T701": "又起火了", "T702": "现在漏电了", "T706": ""}[r.ID]; r.Appended != want && (after > 0 || r.ID != "T701") {
				t.Errorf("after %d: %+v", after, r)
			}
		}
		if n := len(sink.reviews); n < 1 || sink.reviews[n-1].ID != "T706" {
			t.Errorf("after %d: %d reviews", after, n)
		}
	}
}
