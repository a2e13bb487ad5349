package web

import (
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"

	"chaping/station"
)

const png = "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"

// People speak about a record, call each other, and get to know of it.
func TestTalk(t *testing.T) {
	h := open(t)
	for _, b := range []station.Bulletin{
		{Who: "centre", Kind: station.Feedback, Station: 3, Title: "反馈", Content: "已采纳"},
		{Who: "centre", Kind: station.General, Title: "通报", Content: "全体"},
	} {
		if _, err := h.Station.Issue(t.Context(), b); err != nil {
			t.Fatal(err)
		}
	}
	say := func(who, file, data string, form url.Values) (int, string) {
		t.Helper()
		r := h.upload(t, who, "/comments", file, data, form)
		return r.Code, r.Body.String()
	}
	about := func(kind, id string, more ...string) url.Values {
		return with(url.Values{"kind": {kind}, "subject": {id}}, more...)
	}
	// Who says what to whom, and what of it is refused.
	for _, test := range []struct {
		who, file, data string
		form            url.Values
		code            int
		says            string
	}{
		{"association", "", "", about("bulletin", "1", "content", "收到，@centre请看"+evil), http.StatusSeeOther, ""},
		{"association", "照片.png", png, about("bulletin", "1"), http.StatusSeeOther, ""},
		{"centre", "", "", about("bulletin", "1", "content", "请 @association 补充"), http.StatusSeeOther, ""},
		{"centre", "", "", about("bulletin", "1", "content", "@platform 看看"), http.StatusUnprocessableEntity, "看不到这条记录"},
		{"centre", "", "", about("bulletin", "1", "content", "@没有这个人"), http.StatusUnprocessableEntity, "不是这里的账号"},
		{"centre", "", "", about("bulletin", "1", "content", "@association2请看"), http.StatusUnprocessableEntity, "不是这里的账号"},
		{"centre", "", "", about("bulletin", "1", "content", "写信到 a@b.example"), http.StatusSeeOther, ""},
		{"centre", "", "", about("bulletin", "1"), http.StatusUnprocessableEntity, "没有写"},
		{"platform", "", "", about("bulletin", "1", "content", "偷看"), http.StatusNotFound, ""},
		{"bureau", "", "", about("bulletin", "1", "content", "不写"), http.StatusForbidden, ""},
		{"association", "", "", about("lead", "1", "content", "偷看"), http.StatusNotFound, ""},
		{"association", "a.svg", "<svg xmlns='http://www.w3.org/2000/svg'><script>1</script></svg>", about("bulletin", "1"), http.StatusUnprocessableEntity, "不是可以收的格式"},
		{"association", "a.png", "<html><script>1</script>", about("bulletin", "1"), http.StatusUnprocessableEntity, "不是可以收的格式"},
		{"association", "a.xlsx", "PK\x03\x04 something else", about("bulletin", "1"), http.StatusUnprocessableEntity, "不是办公文件"},
		{"association", "", "", about("bulletin", "2", "content", "我站的情况"), http.StatusSeeOther, ""},
		{"centre", "", "", about("bulletin", "2", "content", "只给平台", "station", "10"), http.StatusSeeOther, ""},
	} {
		code, body := say(test.who, test.file, test.data, test.form)
		if code != test.code || !strings.Contains(body, test.says) {
			t.Errorf("%s %s: %d %s", test.who, test.form.Encode(), code, body)
		}
	}
	page := h.ask("association", "GET", "/bulletins/1", nil).Body.String()
	if !strings.Contains(page, "收到，@centre请看") || !strings.Contains(page, "照片.png") || strings.Contains(page, "<script>alert") {
		t.Error(page)
	}
	if page := h.ask("platform", "GET", "/bulletins/2", nil).Body.String(); strings.Contains(page, "我站的情况") || !strings.Contains(page, "只给平台") {
		t.Error("a station reads what is another's")
	}
	if page := h.ask("association", "GET", "/bulletins/2", nil).Body.String(); strings.Contains(page, "只给平台") {
		t.Error("a station reads what is for another")
	}
	// Attachments are handed out as files, to those who may see the record.
	r := h.ask("centre", "GET", "/attachments/1", nil)
	if r.Body.String() != png || !strings.HasPrefix(r.Header().Get("Content-Disposition"), "attachment") || r.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Error(r.Code, r.Header())
	}
	if r := h.ask("platform", "GET", "/attachments/1", nil); r.Code != http.StatusNotFound {
		t.Error(r.Code)
	}
	h.noticed(t)
	if r := h.ask("association", "POST", "/bulletins/1/note", nil); r.Code != http.StatusSeeOther {
		t.Error(r.Code)
	}
	if r := h.ask("platform", "POST", "/bulletins/1/note", nil); r.Code != http.StatusNotFound {
		t.Error(r.Code)
	}
	if page := h.ask("centre", "GET", "/bulletins/1", nil).Body.String(); !strings.Contains(page, "已签收（1）") {
		t.Error(page)
	}
}

// noticed follows the notices of TestTalk.
func (h *house) noticed(t *testing.T) {
	t.Helper()
	list, err := h.Station.Accounts(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range list {
		want := map[string]int{"centre": 3, "association": 4, "platform": 2, "first": 2, "foreign": 1}[a.Name]
		if n, err := h.Station.Unseen(t.Context(), a.ID); err != nil || n != want {
			all, _ := h.Station.Notices(t.Context(), a.ID)
			t.Errorf("%s has %d notices, not %d: %+v", a.Name, n, want, all)
		}
	}
	page := h.ask("centre", "GET", "/notices", nil).Body.String()
	if !strings.Contains(page, "提到您") || !strings.Contains(page, "条未读") {
		t.Error(page)
	}
	if r := h.ask("centre", "POST", "/notices/1", nil); r.Code != http.StatusNotFound { // another's
		t.Error(r.Code)
	}
	for _, a := range list {
		if a.Name != "centre" {
			continue
		}
		mine, err := h.Station.Notices(t.Context(), a.ID)
		if err != nil || len(mine) == 0 {
			t.Fatal(mine, err)
		}
		r := h.ask("centre", "POST", "/notices/"+strconv.FormatInt(mine[0].ID, 10), nil)
		if r.Code != http.StatusSeeOther || !strings.HasPrefix(r.Header().Get("Location"), "/bulletins/") {
			t.Error(r.Code, r.Header())
		}
		if n, _ := h.Station.Unseen(t.Context(), a.ID); n != len(mine)-1 {
			t.Error(n)
		}
	}
	h.ask("centre", "POST", "/notices", nil)
	if page := h.ask("centre", "GET", "/notices", nil).Body.String(); strings.Contains(page, "条未读") {
		t.Error("still unread")
	}
}

// Channels are set up in the page; what is secret never comes back.
func TestChannels(t *testing.T) {
	h := open(t)
	t.Setenv("CHAPING_TEST_USER", "duty")
	form := url.Values{"name": {"值班"}, "type": {"dingtalk"}, "url": {"https://oapi.example/robot?access_token=geheim1"}, "secret": {"geheim2"}, "events": {"urgent", "reminder"}, "station": {"3"}}
	if r := h.ask("admin", "POST", "/settings/channels", form); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	path := h.App.Path("notify.yaml")
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatal(info, err)
	}
	page := h.ask("admin", "GET", "/settings", nil).Body.String()
	if !strings.Contains(page, "值班") || !strings.Contains(page, "https://oapi.example/…") || strings.Contains(page, "geheim") {
		t.Error(page)
	}
	// What is left empty stays; comments and variables of the file stay too.
	const text = "# 通知\nchannels:\n  - name: 值班\n    type: dingtalk\n    url: https://oapi.example/robot?access_token=geheim1\n    secret: ${CHAPING_TEST_USER}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := h.ask("admin", "POST", "/settings/channels", url.Values{"was": {"值班"}, "name": {"值班群"}, "type": {"dingtalk"}}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code, r.Body)
	}
	data, err := os.ReadFile(path)
	if err != nil || !strings.Contains(string(data), "# 通知") || !strings.Contains(string(data), "geheim1") || !strings.Contains(string(data), "${CHAPING_TEST_USER}") || !strings.Contains(string(data), "值班群") {
		t.Errorf("%s %v", data, err)
	}
	for _, bad := range []url.Values{
		{"name": {"邮件"}, "type": {"smtp"}, "server": {"x"}},
		{"name": {"值班群"}, "type": {"wecom"}, "url": {"https://a.example/"}},
		{"was": {"没有"}, "name": {"没有"}, "type": {"wecom"}, "url": {"https://a.example/"}},
		{"name": {"x"}, "type": {"wecom"}, "url": {"javascript:alert(1)"}},
	} {
		if r := h.ask("admin", "POST", "/settings/channels", bad); r.Code != http.StatusUnprocessableEntity {
			t.Error(bad, r.Code)
		}
	}
	if now, _ := os.ReadFile(path); string(now) != string(data) {
		t.Error("what was refused was stored")
	}
	if r := h.ask("admin", "POST", "/settings/channels/test", url.Values{"name": {"没有"}}); r.Code != http.StatusUnprocessableEntity {
		t.Error(r.Code)
	}
	if r := h.ask("centre", "POST", "/settings/channels", form); r.Code != http.StatusForbidden {
		t.Error(r.Code)
	}
	if r := h.ask("admin", "POST", "/settings/channels", url.Values{"was": {"值班群"}, "name": {"值班群"}, "type": {"dingtalk"}, "remove": {"1"}}); r.Code != http.StatusSeeOther {
		t.Error(r.Code, r.Body)
	}
	if c, err := h.App.Channels(); err != nil || len(c.Channels) != 0 {
		t.Error(c, err)
	}
}
