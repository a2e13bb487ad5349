package ingest

import (
	"net/url"
	"slices"
	"strings"
	"testing"

	"chaping"
)

func TestMedia(t *testing.T) {
	page, err := url.Parse("https://shop.example/item/1.html")
	if err != nil {
		t.Fatal(err)
	}
	picture := func(list ...string) (media []chaping.Medium) {
		for _, address := range list {
			media = append(media, chaping.Medium{URL: address})
		}
		return media
	}
	for _, c := range []struct {
		pictures, videos string
		base             *url.URL
		want             []chaping.Medium
	}{
		{},
		{pictures: "https://a.example/1.jpg", want: picture("https://a.example/1.jpg")},
		{pictures: "//a.example/1.jpg,//a.example/2.jpg", want: picture("https://a.example/1.jpg", "https://a.example/2.jpg")},
		{pictures: "http://a.example/1.jpg?x-oss=resize,w_100,http://a.example/2.jpg",
			want: picture("http://a.example/1.jpg?x-oss=resize,w_100", "http://a.example/2.jpg")},
		{pictures: `["https:\/\/a.example\/1.jpg","//b.example/2.png"]`, want: picture("https://a.example/1.jpg", "https://b.example/2.png")},
		{pictures: `[{"imgUrl":"//a.example/1.jpg","id":5},{"imgUrl":"//a.example/2.jpg"}]`,
			want: picture("https://a.example/1.jpg", "https://a.example/2.jpg")},
		{pictures: "https://a.example/1.jpg；https://a.example/1.jpg\n", want: picture("https://a.example/1.jpg")},
		{pictures: "/media/1.png\n../2.png", base: page, want: picture("https://shop.example/media/1.png", "https://shop.example/2.png")},
		{pictures: "无 3 张 javascript:alert(1) data:image/png;base64,iVBORw0KGgo= file:///etc/passwd ftp://a.example/x /etc/x"},
		{pictures: "https://li:secret@a.example/1.jpg#top", want: picture("https://a.example/1.jpg")},
		{pictures: "https://a.example/" + strings.Repeat("x", maxAddress)},
		{pictures: "https://a.example/v.MP4?t=1", videos: "https://b.example/play?id=3",
			want: []chaping.Medium{{URL: "https://a.example/v.MP4?t=1", Video: true}, {URL: "https://b.example/play?id=3", Video: true}}},
	} {
		got := Media(c.pictures, c.videos, c.base)
		if !slices.Equal(got, c.want) {
			t.Errorf("%q %q: %+v", c.pictures, c.videos, got)
		}
		if again := chaping.SplitMedia(chaping.JoinMedia(got)); !slices.Equal(again, got) {
			t.Errorf("%+v is read back as %+v", got, again)
		}
	}
	var many []string
	for i := range 3 * chaping.MaxMedia {
		many = append(many, "https://a.example/"+strings.Repeat("x", i)+"1.jpg")
	}
	if n := len(Media(strings.Join(many, " "), "", nil)); n != chaping.MaxMedia {
		t.Errorf("%d pictures of a review are kept", n)
	}
}

func FuzzMedia(f *testing.F) {
	f.Add(`[{"imgUrl":"//a.example/1.jpg"}]`, "https://b.example/v.mp4")
	f.Add("a,//b,\\/\\/c", "video \n")
	base := &url.URL{Scheme: "https", Host: "shop.example", Path: "/x"}
	f.Fuzz(func(t *testing.T, pictures, videos string) {
		for _, b := range []*url.URL{nil, base} {
			list := Media(pictures, videos, b)
			for _, m := range list {
				u, err := url.Parse(m.URL)
				if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || strings.ContainsAny(m.URL, " \n\"<>") {
					t.Errorf("%q is kept of %q %q", m.URL, pictures, videos)
				}
			}
			if again := chaping.SplitMedia(chaping.JoinMedia(list)); !slices.Equal(again, list) {
				t.Errorf("%+v is read back as %+v", list, again)
			}
		}
	})
}
