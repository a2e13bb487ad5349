package importer

import (
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
)

// Which day a column's dates mean, as they come; "" where nothing is read.
func TestDateColumns(t *testing.T) {
	at := time.Date(2026, 11, 30, 12, 0, 0, 0, chaping.Shanghai())
	for name, tt := range map[string]struct {
		above  string // rows above the header
		column string
		dates  string // one a row
		want   string // days that were read
		asked  QuestionKind
		blocks bool
	}{
		"year first":             {dates: "26-11-05|26-10-31|26-11-12", want: "2026-11-05 2026-10-31 2026-11-12"},
		"year first, one":        {dates: "26/11/5 9:30", want: "2026-11-05"},
		"year first, two years":  {dates: "25.12.30|26.1.2", want: "2025-12-30 2026-01-02"},
		"year first, long ago":   {dates: "23-05-28|24-06-03|22-01-30", want: "2023-05-28 2024-06-03 2022-01-30"},
		"day first":              {dates: "29/11/26|05/11/26|12/10/26", want: "2026-11-29 2026-11-05 2026-10-12"},
		"month first":            {dates: "11/29/26|11/05/26", want: "2026-11-29 2026-11-05"},
		"day first, no late one": {dates: "20/11/26|13/11/26", want: "2026-11-20 2026-11-13"},
		"either end is the year": {dates: "26/11/25|25/11/25", asked: AskOrder, blocks: true},
		"day first of four":      {dates: "27/11/2026|05/11/2026", want: "2026-11-27 2026-11-05"},

		"exported":                    {above: "某店评价，下载时间 2026-11-20 08:00,,,\n", dates: "3天前|11-06", want: "2026-11-17 2026-11-06", asked: AskExported},
		"a range is no export":        {above: "统计时间：2026-10-01 至 2026-10-31,,,\n", dates: "3天前|10-06", asked: AskExported, blocks: true},
		"nor is one named so":         {above: "导出日期：2026-10-01~2026-10-31,,,\n", dates: "3天前|10-06", asked: AskExported, blocks: true},
		"a range before the export":   {above: "生成时间：2026-10-01，导出时间：2026-11-20,,,\n", dates: "3天前", want: "2026-11-17", asked: AskExported},
		"when the goods went on sale": {column: "上架时间", dates: "2026-01-05|2026-01-05", asked: AskMissing, blocks: true},
		"when they were made":         {column: "出厂日期", dates: "2026-01-05", asked: AskMissing, blocks: true},
		"when the product was put up": {column: "宝贝发布时间", dates: "2026-01-05", asked: AskMissing, blocks: true},
		"when its page was":           {column: "product_created_at", dates: "2026-01-05", asked: AskMissing, blocks: true},
		"in English":                  {column: "launch_date", dates: "2026-01-05", asked: AskMissing, blocks: true},
		"of nothing else":             {column: "日期时间", dates: "2026-11-05", want: "2026-11-05"},
		"of nothing else, in English": {column: "create_datetime", dates: "2026-11-05", want: "2026-11-05"},
		"generated":                   {column: "generate_time", dates: "2026-11-05", asked: AskMissing, blocks: true},
		"of the buyer's review":       {column: "买家评价时间", dates: "2026-11-05", want: "2026-11-05"},
		"of a complaint":              {column: "客诉投诉日期", dates: "2026-11-05", want: "2026-11-05"},
		"sent in by the user":         {column: "用户提交时间", dates: "2026-11-05", want: "2026-11-05"},
		"of an order":                 {column: "交易付款时间", dates: "2026-11-05", want: "2026-11-05", asked: AskGuess},

		"in three columns":              {column: "年,月,日", dates: "2026,11,3", asked: AskMissing, blocks: true},
		"in another zone":               {column: "评价时间（UTC）", dates: "2026-11-05 17:20:00|2026-11-05 15:20:00", want: "2026-11-06 2026-11-05"},
		"in a zone with an offset":      {column: "评价时间(GMT-5)", dates: "2026-11-05 12:20", want: "2026-11-06"},
		"in a zone by its name":         {column: "评价时间（美国太平洋时间）", dates: "2026-11-05 17:20:00|2026-10-25 07:20:00", want: "2026-11-06 2026-10-25"},
		"in a zone of several":          {column: "评价时间（当地时间）", dates: "2026-11-05 17:20:00", asked: AskMissing, blocks: true},
		"in a zone, bare":               {column: "评论时间 PT", dates: "2026-11-05 17:20:00", want: "2026-11-06"},
		"in a zone, as people say":      {column: "评论时间（美西）", dates: "2026-11-05 17:20:00", want: "2026-11-06"},
		"in a zone, joined":             {column: "reviewTimeEST", dates: "2026-11-05 17:20:00", want: "2026-11-06"},
		"of a country":                  {column: "评论时间（美国）", dates: "2026-11-05 17:20:00", asked: AskMissing, blocks: true},
		"of a number":                   {dates: "2026-11-05 17:20:00 -8|2026-11-05 17:20:00", want: "2026-11-05"},
		"a title's zone":                {above: "时区：UTC,,,\n", dates: "2026-11-05 17:20:00|2026-11-05 15:20:00", want: "2026-11-06 2026-11-05", asked: AskUnused},
		"a title's zone, in two cells":  {above: "时区,UTC,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-06", asked: AskUnused},
		"all in a zone":                 {above: "某店评价,,,\n所有时间均为太平洋时间,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-06", asked: AskUnused},
		"all in a zone, in English":     {above: "All times in UTC,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-06", asked: AskUnused},
		"a title's zone is ours":        {above: "时区：GMT+8（北京）,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-05"},
		"a title's zone, and our own":   {above: "时区：UTC,,,\n", column: "评论时间（北京时间）", dates: "2026-11-05 17:20:00", want: "2026-11-05"},
		"a title's unknown zone":        {above: "时区：店铺所在地,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-05", asked: AskUnused},
		"the zone of another time":      {above: "导出时间：2026-11-25 10:00 PST,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-05", asked: AskUnused},
		"a shop called like a zone":     {above: "导出人：EST官方店,,,\n", dates: "2026-11-05 17:20:00", want: "2026-11-05"},
		"zones beside the times":        {dates: "2026-11-05 17:20:00 PST|2026-11-05 17:20:00 JST", want: "2026-11-06 2026-11-05"},
		"one of several countries":      {dates: "2026-11-05 17:20:00 PST|2026-11-05 17:20:00 IST", want: "2026-11-06"},
		"in ours":                       {column: "评价时间(UTC+8)", dates: "2026-11-05 17:20", want: "2026-11-05"},
		"in another zone, day first":    {column: "评价时间(UTC)", dates: "25/11/2026 17:20|05/11/2026 08:00", want: "2026-11-25 2026-11-05", asked: AskUnused},
		"half converted":                {dates: "2026-03-11|17/11/2026|2026-05-11|29/10/2026", asked: AskMissing, blocks: true},
		"half converted, the other way": {dates: "2026/3/11|11/17/2026|2026/5/11|10/29/2026", asked: AskMissing, blocks: true},
		"two ways to write":             {dates: "2026-11-03|17/11/2026|2026-11-25|29/10/2026", want: "2026-11-03 2026-11-17 2026-11-25 2026-10-29"},
	} {
		t.Run(name, func(t *testing.T) {
			column := tt.column
			if column == "" {
				column = "评价时间"
			}
			rows := tt.above + "商品名称,评价内容,评分," + column + "\n"
			for _, date := range strings.Split(tt.dates, "|") {
				rows += "灯,好用,5," + date + "\n"
			}
			path := writeFile(t, "a.csv", rows)
			sink := &memory{}
			o := Options{Now: at, Sink: sink}
			u, err := Inspect(t.Context(), path, o)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := Import(t.Context(), path, o); err != nil && !tt.blocks {
				t.Fatal(err)
			}
			var days []string
			for _, r := range sink.reviews {
				days = append(days, r.Published.Format(time.DateOnly))
			}
			asked := slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Kind == tt.asked })
			blocks := slices.ContainsFunc(u.Questions, func(q Question) bool { return q.Blocks })
			if got := strings.Join(days, " "); got != tt.want || asked != (tt.asked != "") || blocks != tt.blocks ||
				tt.asked == "" && len(u.Questions) > 0 {
				t.Errorf("%s, %+v", got, u.Questions)
			}
		})
	}
}
