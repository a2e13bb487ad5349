package web

import (
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"chaping/station"
	"chaping/station/uplink"
)

// Two portals over a real connection: what concerns the station comes back by
// the signature that its sheets have, and its answers arrive once, whatever is
// cut off between.
func TestExchange(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	fetch := func() string {
		t.Helper()
		if r := h.ask("platform", "POST", "/received", nil); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code, r.Body)
		}
		return h.ask("platform", "GET", "/received", nil).Body.String()
	}
	if page := fetch(); !strings.Contains(page, "还没有研究中心的地址") {
		t.Error(page)
	}
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	for _, b := range []station.Bulletin{
		{Who: "中心", Kind: station.General, Title: "十一月通报", Content: "请注意" + evil},
		{Who: "中心", Kind: station.Feedback, Station: 10, Title: "给本站", Content: "已采纳"},
		{Who: "中心", Kind: station.Feedback, Station: 3, Title: "给别的站", Content: "别看"},
	} {
		if _, err := c.Station.Issue(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	found := station.Times{Found: h.Now().Add(-time.Hour)}
	for _, of := range []int64{10, 3} {
		if _, err := c.Station.PutCase(t.Context(), station.Case{Kind: station.ProductCase, Title: "壶漏电", Station: of, Lead: "线索", Times: found}); err != nil {
			t.Fatal(err)
		}
	}
	page := fetch()
	if !strings.Contains(page, "十一月通报") || !strings.Contains(page, "给本站") || !strings.Contains(page, "壶漏电") ||
		strings.Contains(page, "给别的站") || strings.Contains(page, "案件 2") || strings.Contains(page, "<script>alert") {
		t.Fatal(page)
	}
	received := func() map[string]station.Received {
		t.Helper()
		list, err := h.Station.FromCentre(t.Context(), "")
		if err != nil {
			t.Fatal(err)
		}
		named := map[string]station.Received{}
		for _, r := range list {
			named[r.Item.Title()] = r
		}
		return named
	}
	first := received()
	unseen := h.unseen(t, "platform")
	if len(first) != 3 || unseen != 3 {
		t.Fatalf("%d, %d notices: %+v", len(first), unseen, first)
	}
	fetch() // the same again changes nothing
	if again := received(); again["反馈“给本站”"].Changed != first["反馈“给本站”"].Changed || h.unseen(t, "platform") != unseen {
		t.Errorf("%+v", again)
	}
	h.answers(t, c, first["反馈“给本站”"])
	// A case that is another station's now is marked, and kept.
	kase, _, err := c.Station.Case(t.Context(), station.Everything(), 1)
	if err == nil {
		kase.Station = 3
		_, err = c.Station.PutCase(t.Context(), kase)
	}
	if err != nil {
		t.Fatal(err)
	}
	if page := fetch(); !strings.Contains(page, "已撤下") {
		t.Error(page)
	}
	// A centre that is not there, or one of an earlier version, is said and does
	// no harm.
	c.down.Store(true)
	if page := fetch(); !strings.Contains(page, "暂时不答复") || !strings.Contains(page, "给本站") {
		t.Error(page)
	}
	// Others may not ask, and a token of another station sees its own.
	foreign := c.give(t, station.RoleAssociation, 3, station.PermitSubmit)
	r := program(foreign, http.MethodPost, "/exchange", object{}, nil)
	w := (&house{Server: c.Server}).send(r)
	if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "给本站") || !strings.Contains(w.Body.String(), "给别的站") {
		t.Error(w.Code, w.Body)
	}
	reads := c.give(t, station.RolePlatform, 10, station.PermitRead)
	if w := (&house{Server: c.Server}).send(program(reads, http.MethodPost, "/exchange", object{}, nil)); w.Code != http.StatusForbidden {
		t.Error(w.Code)
	}
}

// answers has the station answer a bulletin while the centre comes and goes.
func (h *house) answers(t *testing.T, c *testCentre, r station.Received) {
	t.Helper()
	path := "/received/" + strconv.FormatInt(r.ID, 10)
	c.down.Store(true)
	if r := h.ask("platform", "POST", path, url.Values{"content": {"本站已下架"}, "noted": {"1"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); !strings.Contains(page, "还没有送到") {
		t.Error(page)
	}
	waiting, err := h.Station.AnswersWaiting(t.Context())
	if err != nil || len(waiting) != 1 {
		t.Fatal(waiting, err)
	}
	c.down.Store(false)
	*h.now = h.now.Add(2 * time.Minute)
	if err := h.App.DeliverToCentre(t.Context()); err != nil {
		t.Fatal(err)
	}
	// The same message again, as after a crash before it was noted as sent.
	a, _, err := waiting[0].Answering()
	if err != nil {
		t.Fatal(err)
	}
	if err := h.Station.AnswerCentre(t.Context(), &r, a); err != nil {
		t.Fatal(err)
	}
	w := (&house{Server: c.Server}).send(program(c.token, http.MethodPost, "/exchange/answers",
		object{"key": a.Key, "kind": "bulletin", "subject": r.Item.Number, "content": a.Content, "who": a.Who, "noted": true}, nil))
	if w.Code != http.StatusOK {
		t.Error(w.Code, w.Body)
	}
	said, err := c.Station.Comments(t.Context(), station.Everything(), station.Subject{Kind: station.AboutBulletin, ID: r.Item.Number})
	if err != nil || len(said) != 1 || said[0].Station != 10 || said[0].Who != "platform" {
		t.Fatalf("%+v %v", said, err)
	}
	if n := (&house{Server: c.Server}).unseen(t, "centre"); n != 1 {
		t.Errorf("the centre has %d notices", n)
	}
	if page := h.ask("platform", "POST", "/received", nil); page.Code != http.StatusSeeOther {
		t.Error(page.Code)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); strings.Count(page, "本站已下架") != 1 || !strings.Contains(page, "已签收") || strings.Contains(page, "还没有送到") {
		t.Error(page)
	}
	// What the centre refuses is said, and not tried again.
	if r := h.ask("platform", "POST", path, url.Values{"content": {"@没有这个人 请看"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	if page := h.ask("platform", "GET", path, nil).Body.String(); !strings.Contains(page, "不是这里的账号") {
		t.Error(page)
	}
	if r := h.ask("platform", "POST", path, url.Values{"content": {" "}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
	if r := h.ask("foreign", "GET", path, nil); r.Code != http.StatusForbidden {
		t.Error(r.Code)
	}
}

// unseen is how many notices somebody has not seen.
func (h *house) unseen(t *testing.T, name string) int {
	t.Helper()
	a, err := h.Station.Account(t.Context(), name, 0)
	if err != nil {
		t.Fatal(err)
	}
	n, err := h.Station.Unseen(t.Context(), a.ID)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// replies is a transport that changes what the centre answers.
type replies func(*http.Request, *http.Response)

func (change replies) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := http.DefaultTransport.RoundTrip(r)
	if err == nil {
		change(r, answer)
	}
	return answer, err
}

// Files go both ways with what people say, each once, and only as they were; what
// comes from the centre is told to the station's channels.
func TestExchangeFiles(t *testing.T) {
	h := open(t)
	c := openCentre(t, h)
	centre := &house{Server: c.Server}
	if err := h.Station.SetCentre(t.Context(), station.Centre{URL: c.address, Token: c.token}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(h.App.Path("notify.yaml"), []byte(`channels:
  - {name: 群, type: webhook, url: "https://hooks.example.com/a", events: [bulletin]}
  - {name: 只要失败, type: webhook, url: "https://hooks.example.com/b", events: [failure]}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	b, err := c.Station.Issue(t.Context(), station.Bulletin{Who: "中心", Kind: station.Feedback, Station: 10, Title: "请补充", Content: "见附件"})
	if err != nil {
		t.Fatal(err)
	}
	staff, err := c.Station.Account(t.Context(), "centre", 0)
	if err != nil {
		t.Fatal(err)
	}
	about := station.Subject{Kind: station.AboutBulletin, ID: b.ID}
	const list, picture = "品名,批次\n壶,7\n", "\x89PNG\r\n\x1a\nsome pixels"
	say := func(about station.Subject, files ...station.Attachment) {
		t.Helper()
		if _, err := c.Station.AddComment(t.Context(), &staff, station.Comment{Subject: about, Content: "附上", Attachments: files}); err != nil {
			t.Fatal(err)
		}
	}
	say(about, station.Attachment{Name: "清单.csv", Data: []byte(list)}, station.Attachment{Name: "照片.png", Data: []byte(picture)})

	// Bytes that somebody has changed on the way are not kept, and one file that
	// does not come keeps no other back.
	tampered := uplink.Sender{Station: h.Station, Now: h.Now, Client: &http.Client{Transport: replies(func(r *http.Request, a *http.Response) {
		if a.Header.Get("Content-Type") == "image/png" || strings.Contains(a.Header.Get("Content-Disposition"), "png") {
			_ = a.Body.Close()
			a.Body, a.ContentLength = io.NopCloser(strings.NewReader(picture+"!")), -1
		}
	})}}
	if err := tampered.Fetch(t.Context()); err != nil {
		t.Fatal(err)
	}
	page := h.ask("platform", "GET", "/received", nil).Body.String()
	if !strings.Contains(page, "附件没有取全") || !strings.Contains(page, "照片.png") || !strings.Contains(page, "校验值不符") || strings.Contains(page, "清单.csv") {
		t.Error(page)
	}
	all, err := h.Station.FromCentre(t.Context(), "")
	if err != nil || len(all) != 1 || len(all[0].Files()) != 2 {
		t.Fatal(all, err)
	}
	path := "/received/" + strconv.FormatInt(all[0].ID, 10)
	for i, want := range map[int]int{0: http.StatusOK, 1: http.StatusUnprocessableEntity} {
		if r := h.ask("platform", "GET", path+"/files/"+all[0].Files()[i].Hash, nil); r.Code != want {
			t.Errorf("%d: %d, want %d: %s", i, r.Code, want, r.Body)
		}
	}
	// What is the same as before is asked for again where it has not come.
	if r := h.ask("platform", "POST", "/received", nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	page = h.ask("platform", "GET", path, nil).Body.String()
	for i, want := range []string{list, picture} {
		f := all[0].Files()[i]
		link := path + "/files/" + f.Hash
		r := h.ask("platform", "GET", link, nil)
		if r.Code != http.StatusOK || r.Body.String() != want || !strings.Contains(page, link) || !strings.HasPrefix(r.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%s: %d %q", f.Name, r.Code, r.Body)
		}
	}
	if r := h.ask("platform", "GET", "/received", nil).Body.String(); strings.Contains(r, "附件没有取全") {
		t.Error(r)
	}
	if r := h.ask("platform", "GET", path+"/files/"+strings.Repeat("0", 64), nil); r.Code != http.StatusNotFound {
		t.Error(r.Code)
	}
	if r := h.ask("foreign", "GET", path+"/files/"+all[0].Files()[0].Hash, nil); r.Code != http.StatusForbidden {
		t.Error(r.Code)
	}
	// Another station's files are not given.
	foreign, err := c.Station.Issue(t.Context(), station.Bulletin{Who: "中心", Kind: station.Feedback, Station: 3, Title: "给别的站", Content: "别看"})
	if err != nil {
		t.Fatal(err)
	}
	say(station.Subject{Kind: station.AboutBulletin, ID: foreign.ID}, station.Attachment{Name: "别看.txt", Data: []byte("别看")})
	for id, want := range map[int]int{1: http.StatusOK, 3: http.StatusNotFound, 99: http.StatusNotFound} {
		if w := centre.send(program(c.token, http.MethodPost, "/exchange/attachments", object{"id": id}, nil)); w.Code != want {
			t.Errorf("%d: %d, want %d", id, w.Code, want)
		}
	}

	// The other way, past a centre that comes and goes.
	c.down.Store(true)
	if r := h.upload(t, "platform", path, "壶.exe", "MZ\x90", url.Values{"content": {"请看"}}); r.Code != http.StatusUnprocessableEntity || !strings.Contains(r.Body.String(), "不是可以收的格式") || !strings.Contains(r.Body.String(), "请看") {
		t.Error(r.Code, r.Body)
	}
	if r := h.upload(t, "platform", path, "整改.txt", "已整改", nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	waiting, err := h.Station.AnswersWaiting(t.Context())
	if err != nil || len(waiting) != 1 || strings.Contains(waiting[0].Body, "已整改") {
		t.Fatal(waiting, err)
	}
	c.down.Store(false)
	*h.now = h.now.Add(2 * time.Minute)
	for range 2 {
		if err := h.App.DeliverToCentre(t.Context()); err != nil {
			t.Fatal(err)
		}
		again, _, err := waiting[0].Answering() // as after a crash before it was noted as sent
		if err != nil {
			t.Fatal(err)
		}
		again.Files[0].Data = []byte("已整改")
		if err := h.Station.AnswerCentre(t.Context(), &all[0], again); err != nil {
			t.Fatal(err)
		}
	}
	said, err := c.Station.Comments(t.Context(), station.Everything(), about)
	if err != nil || len(said) != 2 || said[1].Station != 10 || len(said[1].Attachments) != 1 {
		t.Fatalf("%+v %v", said, err)
	}
	f, err := c.Station.Attachment(t.Context(), &staff, said[1].Attachments[0].ID)
	if err != nil || f.Name != "整改.txt" || string(f.Data) != "已整改" {
		t.Errorf("%+v %v", f, err)
	}

	// The channel that wants bulletins is told once of each; of what is old, not at
	// all.
	b, err = c.Station.Issue(t.Context(), station.Bulletin{Who: "中心", Kind: station.General, Title: "冬季用电", Content: "注意电热毯"})
	if err != nil {
		t.Fatal(err)
	}
	for _, talk := range []station.Subject{{Kind: station.AboutBulletin, ID: b.ID}, about} {
		if r := h.ask("platform", "POST", "/received", nil); r.Code != http.StatusSeeOther {
			t.Fatal(r.Code)
		}
		say(talk)
	}
	if _, err = c.Station.Issue(t.Context(), station.Bulletin{Who: "中心", Kind: station.General, Title: "很久以前", Content: "已过去"}); err != nil {
		t.Fatal(err)
	}
	*h.now = h.now.AddDate(0, 0, 40)
	if r := h.ask("platform", "POST", "/received", nil); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	sent, err := h.Station.Outbox(t.Context(), true, 100)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, m := range sent {
		if m.Channel != station.ToCentre {
			told = append(told, m.Channel+" "+m.Subject)
		}
	}
	slices.Sort(told)
	if fmt.Sprint(told) != "[群 研究中心来件：反馈“请补充” 群 研究中心来件：通报“冬季用电”]" {
		t.Errorf("%q", told)
	}
}
