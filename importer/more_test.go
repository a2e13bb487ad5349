package importer

import (
	"fmt"
	"slices"
	"testing"
)

// What buyers write in several columns is all read, or it is told that it is not.
func TestSeveralTexts(t *testing.T) {
	const pros = "商品名称,优点,缺点,评分,评价时间\n电热毯,升温快颜色好,线头烧焦了,2,2026-11-03\n电热毯,软和,,5,2026-11-04\n"
	const three = "商品名称,评价内容1,评价内容2,评价内容3,评分,评价时间\n电热毯,升温快,漏电,还行,2,2026-11-03\n电热毯,软和,好看,包装好,5,2026-11-04\n"
	for name, tt := range map[string]struct {
		file, data string
		o          Options
		want       []string
		asked      []string
	}{
		"good and bad sides":    {"a.csv", pros, Options{}, []string{"升温快颜色好\n线头烧焦了", "软和"}, nil},
		"beside a text":         {"a.csv", "商品名称,评价内容,缺点,评分,评价时间\n电热毯,升温快,线头烧焦了,2,2026-11-03\n", Options{}, []string{"升温快\n线头烧焦了"}, nil},
		"in objects":            {"a.json", `[{"商品名称":"电热毯","优点":"软和","缺点":"漏电","评分":1,"评价时间":"2026-11-03"}]`, Options{}, []string{"软和\n漏电"}, nil},
		"numbered":              {"a.csv", three, Options{}, nil, []string{"评价内容2", "评价内容3"}},
		"numbered, and told":    {"a.csv", three, Options{Map: map[string]string{"text": "评价内容1", "more_text": "评价内容2+评价内容3"}}, []string{"升温快\n漏电\n还行", "软和\n好看\n包装好"}, nil},
		"a long text":           {"a.csv", "商品名称,评价内容,使用感受,评分,评价时间\n电热毯,升温快,睡到半夜闻到一股焦糊味吓坏了,2,2026-11-03\n", Options{}, []string{"升温快"}, []string{"使用感受"}},
		"none of them":          {"a.csv", pros, Options{Map: map[string]string{"more_text": ""}}, nil, nil},
		"what everybody writes": {"a.csv", "商品名称,评价内容,颜色分类,收货地址,评分,评价时间\n电热毯,升温快,粉色,某省某市,2,2026-11-03\n电热毯,软,粉色,某省某市,5,2026-11-03\n", Options{}, []string{"升温快", "软"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			got, sum, _ := texts(t, tt.file, tt.data, tt.o)
			if tt.want != nil && !slices.Equal(got, tt.want) {
				t.Errorf("%q, want %q", got, tt.want)
			}
			var asked []string
			for _, q := range sum.Questions {
				if q.Kind == AskField && q.Field == fieldMore {
					asked = append(asked, q.Column)
				}
			}
			if fmt.Sprint(asked) != fmt.Sprint(tt.asked) {
				t.Errorf("%q, want %q: %+v", asked, tt.asked, sum.Questions)
			}
		})
	}
}
