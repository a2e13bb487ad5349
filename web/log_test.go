package web

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"chaping"
)

// A line of the log says which request or job it is of, and the page of an
// error says so too.
func TestLog(t *testing.T) {
	h := open(t)
	var log bytes.Buffer
	h.Log = slog.New(LogHandler(slog.NewJSONHandler(&log, nil)))
	rt := route{method: http.MethodGet, pattern: "/x", handle: func(q *request) error {
		return &chaping.Error{Code: chaping.CodeInternal, Message: "坏了"}
	}}
	w := httptest.NewRecorder()
	h.gate(rt, false).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "http://portal.example/x", nil))
	id := w.Header().Get("X-Request-Id")
	if len(id) != 10 || !strings.Contains(w.Body.String(), "<code>"+id+"</code>") {
		t.Errorf("%q is not on %s", id, w.Body)
	}
	var line map[string]any
	if err := json.Unmarshal(log.Bytes(), &line); err != nil || line["request"] != id || line["path"] != "/x" {
		t.Errorf("%s: %v", log.Bytes(), err)
	}
	ctx := withLog(withLog(t.Context(), slog.Int64("job", 7)), slog.String("request", "r"))
	log.Reset()
	h.Log.With("a", 1).InfoContext(ctx, "run ended")
	if text := log.String(); !strings.Contains(text, `"a":1,"job":7,"request":"r"`) {
		t.Error(text)
	}
}
