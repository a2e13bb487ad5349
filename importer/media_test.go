package importer

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The addresses of buyers' pictures are kept from files in which nothing says
// what they are but the names and the addresses; the shop's own are not.
func TestPicturesOfBuyers(t *testing.T) {
	const csv = "评论内容,评论时间,评分,商品名称,商品图片,买家头像,晒图链接,评价视频\n" +
		"插头烧了,2026-11-03,1,电热水壶,https://a.example/goods.jpg,https://a.example/me.jpg,//a.example/1.jpg;//a.example/2.jpg,https://a.example/play?v=1\n" +
		"好用,2026-11-04,5,电热水壶,https://a.example/goods.jpg,https://a.example/me.jpg,,\n"
	const json = `[{"content":"插头烧了","created_at":"2026-11-03","score":1,"goods_name":"电热水壶","goods_img":"https://a.example/goods.jpg",
		"images":[{"imgUrl":"//a.example/1.jpg"},{"imgUrl":"//a.example/2.jpg"}],"video":"https://a.example/play?v=1"},
		{"content":"好用","created_at":"2026-11-04","score":5,"goods_name":"电热水壶","images":[],"video":null}]`
	for name, text := range map[string]string{"a.csv": csv, "a.json": json} {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		sink := &memory{}
		sum, err := Import(t.Context(), path, Options{Now: now, Sink: sink})
		if err != nil || len(sink.reviews) != 2 {
			t.Fatalf("%s: %+v %v", name, sum, err)
		}
		media := map[string]string{}
		for _, r := range sink.reviews {
			media[r.Text] = strings.ReplaceAll(r.Media, "\n", " ")
		}
		const want = "https://a.example/1.jpg https://a.example/2.jpg video https://a.example/play?v=1"
		if media["插头烧了"] != want || media["好用"] != "" {
			t.Errorf("%s: %q", name, media)
		}
	}
}
