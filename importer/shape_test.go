package importer

import (
	"fmt"
	"strings"
	"testing"
)

// A list of reviews is one whatever it and its members are called; what is not
// read is counted, and what says how a request went is none of a review.
func TestJSONByShape(t *testing.T) {
	list := func(from, count int, format string) string {
		var items []string
		for i := from; i < from+count; i++ {
			items = append(items, fmt.Sprintf(format, i, i, i%5+1, i+1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	const odd = `{"bh":%d,"nr":"插头有点烫手了，第%d次","xj":%d,"sj":"2026-11-%02d 10:00:00"}`
	const known = `{"review_id":"R7%03d","content":"插头有点烫手了，第%d次","rating":%d,"created_at":"2026-11-%02d 10:00:00"}`
	product := func(i int, list string) string {
		return fmt.Sprintf(`{"productId":"K%d","productName":"水壶%d","jianJie":"不锈钢电热水壶，自动断电","shangJia":"2025-03-0%d","pjlb":%s}`, i, i, i, list)
	}
	for name, tt := range map[string]struct {
		data   string
		rows   int64
		unread string
	}{
		"an envelope":          {`{"daima":0,"msg":"ok","shuJu":{"zong":9,"lieBiao":` + list(0, 9, odd) + `}}`, 9, ""},
		"a message":            {`{"code":0,"message":"操作成功","success":true,"shuJu":{"lieBiao":` + list(0, 9, odd) + `}}`, 9, ""},
		"a message, known":     {`{"code":0,"message":"操作成功","success":true,"shuJu":{"lieBiao":` + list(0, 9, known) + `}}`, 9, ""},
		"of products":          {"[" + product(1, list(0, 4, odd)) + "," + product(2, list(4, 5, odd)) + "]", 9, ""},
		"lines":                {product(1, list(0, 4, odd)) + "\n" + product(2, list(4, 5, odd)), 9, ""},
		"lists beside another": {`{"hao":` + list(0, 4, odd) + `,"cha":` + list(4, 5, odd) + `}`, 9, ""},
		"within each":          {list(0, 9, known[:len(known)-1]+`,"hf":[{"nr":"我家的也是这样烫手","sj":"2026-11-20"},{"nr":"同款也坏了","sj":"2026-11-21"}]}`), 9, "hf=18"},
		"another kind":         {`{"list":` + list(0, 9, known) + `,"qita":[{"x":"怎么清洗水垢呢","t":"2026-11-01"},{"x":"保修多久，有发票吗","t":"2026-11-02"}]}`, 9, "qita=2"},
	} {
		t.Run(name, func(t *testing.T) {
			_, sum, _ := texts(t, "a.json", tt.data, Options{Facts: Facts{ProductID: "K9"}})
			unread := ""
			for _, table := range sum.Tables {
				unread += fmt.Sprintf("%s=%d", table.Name, table.Rows)
			}
			if sum.Accepted != tt.rows || unread != tt.unread || sum.Grades["unrated"] > 0 || sum.ByText > 0 {
				t.Errorf("%q, want %q: %+v", unread, tt.unread, sum)
			}
		})
	}
}

// A column of numbers is no date beside one of dates.
func TestNumbersBesideDates(t *testing.T) {
	var items []string
	for i := range 8 {
		items = append(items, fmt.Sprintf(`{"plh":%d,"nr":"插头有点烫手了，第%d次","sj":"2026-11-%02d"}`, 40011+17*i, i, i+1))
	}
	_, sum, _ := texts(t, "a.json", "["+strings.Join(items, ",")+"]", Options{Facts: Facts{ProductID: "K9"}})
	if sum.Accepted != 8 || sum.First.Year() != 2026 {
		t.Errorf("%+v", sum)
	}
}

// Questions, chats and logs have texts and dates as reviews have, and are none.
func TestOtherRecords(t *testing.T) {
	for name, record := range map[string]string{
		"questions": `{"question":"插上电会不会烫手呢%d","xj":%d,"sj":"2026-11-%02d 10:00:00"}`,
		"a chat":    `{"from":"u%d","to":"kefu","nr":"插上电就烫手怎么办%d","sj":"2026-11-%02d 10:00:00"}`,
		"a log":     `{"level":"WARN","msg":"抓取评论失败，插头烫手页面重试%d","xj":%d,"ts":"2026-11-%02d 10:00:00"}`,
	} {
		var items []string
		for i := range 6 {
			items = append(items, fmt.Sprintf(record, i, i%5+1, i+1))
		}
		sink := &memory{}
		sum, err := Import(t.Context(), writeFile(t, "a.json", "["+strings.Join(items, ",")+"]"), Options{Sink: sink, Now: now.AddDate(0, 0, 3), Facts: Facts{ProductID: "K1"}})
		if err == nil && sum.Accepted > 0 {
			t.Errorf("%s: %+v", name, sink.reviews)
		}
	}
}

// A picture in base64 is no text, however long it is.
func TestEncodedMembers(t *testing.T) {
	blob := strings.Repeat("iVBORw0KGgoAAAANSUhEUgAAAAUA", 12)
	data := fmt.Sprintf(`[{"tu":"%sA1=","hua":"漏电麻手了","sj":"2026-11-03 10:00:00"},{"tu":"%sB2=","hua":"壶嘴漏水","sj":"2026-11-04 10:00:00"}]`, blob, blob)
	if list, sum, _ := texts(t, "a.json", data, Options{Facts: Facts{ProductID: "K1"}}); len(list) != 2 || list[0] != "漏电麻手了" {
		t.Errorf("%q %+v", list, sum)
	}
}
