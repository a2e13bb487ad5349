package importer

import (
	"strings"
	"testing"

	"chaping"
	"chaping/configs"
)

// Every shipped profile reads what its platform is known to write.
func TestShipped(t *testing.T) {
	for name, tt := range map[string]struct {
		file, data string
		facts      Facts
		want       chaping.Review
	}{
		"jd": {file: "a.json", data: `{"comments":[{"id":7,"referenceId":"88","referenceName":"壶","creationTime":"2016-12-01 08:00:00","score":2,"content":"烫手","afterUserComment":{"created":"2016-12-02 08:00:00","hAfterUserComment":{"content":"坏了"}}}]}`,
			want: chaping.Review{Platform: "jd", Product: "88", ID: "7", Rating: 2, Grade: chaping.Neutral, Text: "烫手", Appended: "坏了"}},
		"jingmai": {file: "a.csv", data: "评价ID,订单编号,商品编号,商品名称,评分,评价内容,评价时间\n7,1,88,壶,1,烫手,2016-12-01 08:00:00\n",
			want: chaping.Review{Platform: "jd", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
		"tmall": {file: "a.json", facts: Facts{ProductID: "88"}, data: `jsonp128({"rateDetail":{"rateCount":{"total":1},"rateList":[{"id":7,"rateContent":"烫手","rateDate":"2016-12-01 08:00:00","rate":-1,"displayUserNick":"t**1","appendComment":{"content":"坏了","commentTime":"2016-12-02 08:00:00"}}]}})`,
			want: chaping.Review{Platform: "tmall", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "烫手", Appended: "坏了"}},
		"qianniu": {file: "a.csv", data: "子订单编号,宝贝ID,宝贝标题,评价类型,评价内容,评价时间\n1,88,壶,差评,烫手,2016-12-01 08:00:00\n",
			want: chaping.Review{Platform: "tmall", Product: "88", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
		"pinduoduo": {file: "a.json", data: `{"data":[{"review_id":7,"goods_id":88,"comment":"烫手","time":1480550400,"desc_score":1,"name":"用**"}]}`,
			want: chaping.Review{Platform: "pdd", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
		"doudian": {file: "a.csv", data: "评价ID,商品ID,商品名称,综合评分,评价内容,评价时间,订单编号\n7,88,壶,1,烫手,2016-12-01 08:00:00,9\n",
			want: chaping.Review{Platform: "douyin", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
		"kuaishou": {file: "a.json", facts: Facts{ProductID: "88"}, data: `{"data":{"visionCommentList":{"rootComments":[{"commentId":"7","authorId":"3x","authorName":"甲","content":"烫手","timestamp":1480550400000}]}}}`,
			want: chaping.Review{Platform: "kuaishou", Product: "88", ID: "7", Text: "烫手"}},
		"1688": {file: "a.json", facts: Facts{ProductID: "88"}, data: `{"data":{"rates":[{"member":"t**","memberId":"b2b","rateItem":[{"remarkContent":"烫手","remarkTime":"2016-12-01 08:00:00","starLevel":1}]}]}}`,
			want: chaping.Review{Platform: "1688", Product: "88", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
		"xiaohongshu": {file: "a.jsonl", data: `{"comment_id":"7","create_time":1480550400000,"note_id":"88","content":"烫手","user_id":"5f","nickname":"甲"}`,
			want: chaping.Review{Platform: "xhs", Product: "88", ID: "7", Text: "烫手"}},
		"amazon": {file: "a.tsv", data: "customer_id\treview_id\tproduct_id\tstar_rating\treview_headline\treview_body\treview_date\n1\t7\t88\t1\tBad\tHot\t2016-12-01\n",
			want: chaping.Review{Platform: "amazon", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "Bad\nHot"}},
		"standard": {file: "a.csv", data: "评论编号,商品编号,评论时间,评分,评论内容\n7,88,2016-12-01,1,烫手\n",
			want: chaping.Review{Platform: "import", Product: "88", ID: "7", Rating: 1, Grade: chaping.Negative, Text: "烫手"}},
	} {
		p, err := Shipped(name)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		sum, sink, problems, err := importBytes(t, p, tt.file, []byte(tt.data), tt.facts)
		if err != nil || len(sink.reviews) != 1 {
			t.Errorf("%s: %v %+v %v", name, err, sum, problems)
			continue
		}
		r := sink.reviews[0]
		if tt.want.ID == "" && strings.HasPrefix(r.ID, "sha256-") {
			tt.want.ID = r.ID
		}
		got := chaping.Review{Platform: r.Platform, Product: r.Product, ID: r.ID, Rating: r.Rating, Grade: r.Grade, Text: r.Text, Appended: r.Appended}
		if got != tt.want || r.Published.Year() != 2016 || r.Appended != "" && r.AppendedAt.IsZero() {
			t.Errorf("%s: %+v, want %+v", name, r, tt.want)
		}
	}
	for _, name := range configs.Names("import") {
		if _, err := Shipped(name); err != nil {
			t.Error(err)
		}
	}
}
