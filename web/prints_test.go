package web

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"

	"chaping"
	"chaping/station"
)

// A PDF that takes long has a page: it says how it stands, hands it out when it is
// ready, to whoever asked for it, stops it, and says what went wrong.
func TestPrints(t *testing.T) {
	h := open(t)
	account, _, err := h.Station.Session(t.Context(), h.cookies["platform"].Value)
	if err != nil {
		t.Fatal(err)
	}
	begin := func(write func(context.Context, string) error) *printing {
		t.Helper()
		job, err := h.prints.start(h.ended, printing{Name: "年度报告.pdf", Action: "下载年度报告", account: account.ID}, h.Now(), h.Dir, write)
		if err != nil {
			t.Fatal(err)
		}
		return job
	}
	page := func(who string, job *printing, file string) (int, string) {
		r := h.ask(who, "GET", "/prints/"+job.ID+file, nil)
		return r.Code, r.Body.String()
	}
	release := make(chan struct{})
	slow := begin(func(ctx context.Context, path string) error {
		<-release
		return os.WriteFile(path, []byte("%PDF-1.7"), 0o600)
	})
	if code, text := page("platform", slow, ""); code != http.StatusOK || !strings.Contains(text, "正在排版") {
		t.Errorf("while it is made: %d %s", code, text)
	}
	if code, _ := page("platform", slow, "/file"); code != http.StatusSeeOther {
		t.Errorf("before it is ready: %d", code)
	}
	for _, who := range []string{"admin", "foreign"} {
		if code, _ := page(who, slow, ""); code != http.StatusNotFound {
			t.Errorf("%s sees it: %d", who, code)
		}
	}
	close(release)
	<-slow.done
	if _, text := page("platform", slow, ""); !strings.Contains(text, "/prints/"+slow.ID+"/file") {
		t.Error("a PDF that is ready cannot be downloaded")
	}
	if code, text := page("platform", slow, "/file"); code != http.StatusOK || text != "%PDF-1.7" {
		t.Errorf("the file: %d %q", code, text)
	}
	entries, err := h.Station.Audit(t.Context(), station.AuditFilter{Text: "下载年度报告"})
	if err != nil || len(entries) != 1 || entries[0].Object != "年度报告.pdf" {
		t.Errorf("the log says %v, %v", entries, err)
	}

	// Cancelled, failed, too many.
	stuck := func(ctx context.Context, path string) error { <-ctx.Done(); return ctx.Err() }
	job := begin(stuck)
	if r := h.ask("platform", "POST", "/prints/"+job.ID+"/cancel", url.Values{}); r.Code != http.StatusSeeOther {
		t.Fatal(r.Code)
	}
	<-job.done
	if _, text := page("platform", job, ""); !strings.Contains(text, "已取消") {
		t.Error(text)
	}
	for want, err := range map[string]error{"浏览器没有反应": &chaping.Error{Code: chaping.CodeEnvironment, Message: "浏览器没有反应", Remedy: "重试"}, "PDF 没有生成": errors.New("secret path")} {
		job := begin(func(context.Context, string) error { return err })
		<-job.done
		if _, text := page("platform", job, ""); !strings.Contains(text, want) || strings.Contains(text, "secret") {
			t.Errorf("%s: %s", want, text)
		}
	}
	for range printsOf {
		begin(stuck)
	}
	if _, err := h.prints.start(h.ended, printing{account: account.ID}, h.Now(), h.Dir, stuck); err == nil {
		t.Error("one account fills the browser")
	}
	if _, err := h.prints.start(h.ended, printing{account: account.ID + 1}, h.Now(), h.Dir, func(context.Context, string) error { return nil }); err != nil {
		t.Error("somebody else has to wait", err)
	}
}

// download asks for a file, and waits for one that is made in the background.
func (h *house) download(who, path string) *httptest.ResponseRecorder {
	r := h.ask(who, "GET", path, nil)
	id, ok := strings.CutPrefix(r.Header().Get("Location"), "/prints/")
	if !ok {
		return r
	}
	h.prints.mu.Lock()
	job := h.prints.byID[id]
	h.prints.mu.Unlock()
	<-job.done
	return h.ask(who, "GET", "/prints/"+id+"/file", nil)
}
