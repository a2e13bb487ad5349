package crawler

import (
	"net/url"
	"strings"
	"testing"
	"time"
)

// Whatever a page holds, a draft is a profile.
func FuzzPropose(f *testing.F) {
	f.Add(
		`<h1>壶</h1><ul><li class=review id=a><b title="5星"></b><p>漏电漏电</p><time>2026-11-05</time></li><li class=review id=b><b title="1星"></b><p>好用好用</p><time>2026-11-06</time></li></ul>`,
	)
	f.Add(`{"id":1,"name":"a","reviews":[{"id":"x","text":"漏电","rating":1,"date":"2026-11-05"}]}`)
	f.Add(
		`<script>var a={"**":{"name":"x","sku":"\"","price":1,"reviews":[{"i.d":1,"content":"y{{","score":2}]}}</script><h1>x</h1>`,
	)
	f.Add(`<form action="::"><input name="{q}"></form><div class="a:b c[d]">x</div>`)
	f.Add(`[{"id":"a/b","name":"{x}","price":1}]`)
	at, err := url.Parse("http://shop.example.com/a/1?x=2")
	if err != nil {
		f.Fatal(err)
	}
	now := time.Date(2026, time.November, 25, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, body string) {
		p := &Profile{Base: at}
		d := &drafter{visitor: &visitor{fetcher: &fetcher{profile: p}}, profile: p, now: now}
		s, err := d.read(&page{url: at, body: body, read: now, as: now})
		if err != nil {
			return
		}
		d.product = s
		d.found = d.reviewsOn(s)
		d.fields, d.as = d.productOn(s)
		if found, ok := d.productsOn(s, nil); ok {
			d.search = found
			d.search.url, d.search.whole = listTemplate(at)
			d.hasURL = found.product
		} else {
			_ = d.searchTemplates()
		}
		draft, err := d.finish()
		if err != nil {
			t.Errorf("%v\n%s", err, draft.Profile)
		}
		if strings.Count(draft.Profile, "\nreviews:") != 1 {
			t.Error(draft.Profile)
		}
	})
}
