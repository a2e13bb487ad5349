package mall

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strconv"
	"time"
)

// A Fault is what goes wrong with one answer. The zero Fault is none.
type Fault struct {
	Latency    time.Duration // added to the mall's own
	Status     int           // answer with this status and no page: 429, 500, 503 ...
	RetryAfter time.Duration // sent along with Status, rounded up to whole seconds
	Truncate   bool          // cut the connection in the middle of the body
	Challenge  bool          // answer 200 with a page that asks to prove to be human
}

// serve answers the request if the fault replaces the answer.
func (f Fault) serve(w http.ResponseWriter, r *http.Request, next http.Handler) bool {
	switch {
	case f.Status != 0:
		if f.RetryAfter > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
		}
		http.Error(w, fmt.Sprintf("%d %s", f.Status, http.StatusText(f.Status)), f.Status)
		return true
	case f.Challenge:
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		fmt.Fprint(w, `<!DOCTYPE html><html><head><meta charset="utf-8"><title>安全验证</title></head>`+
			`<body><div id="captcha" class="slider">请完成安全验证：拖动滑块</div></body></html>`)
		return true
	case f.Truncate:
		whole := httptest.NewRecorder()
		next.ServeHTTP(whole, r)
		body := whole.Body.Bytes()
		for key, values := range whole.Header() {
			w.Header()[key] = values
		}
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		w.WriteHeader(whole.Code)
		_, err := w.Write(body[:len(body)/2])
		if err == nil {
			err = http.NewResponseController(w).Flush()
		}
		_ = err                     // the connection breaks either way
		panic(http.ErrAbortHandler) // the promised rest never comes
	}
	return false
}
