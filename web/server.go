package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"mime"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"chaping"
	"chaping/app"
	"chaping/crawler/evidence"
	"chaping/nlp"
	"chaping/scheduler/calendar"
	"chaping/station"
	"chaping/station/oidc"
	"chaping/store"
)

// Config is what the portal works on.
type Config struct {
	App     *app.App
	Dir     string // for uploads and files being made
	Address string // where people reach the portal, without a path; empty if nobody has said
	Secure  bool   // reached by https: cookies are for it only
	Proxied bool   // a proxy stands in front, which says where requests come from
	Plans   bool   // runs the plans at their times, unless another process does

	Pictures bool // fetches pictures of severe reviews after mining
}

// A Server is the portal. It is an http.Handler.
type Server struct {
	Config
	Station  *station.DB
	Store    *store.Store
	Evidence *evidence.Store // nil where nothing was ever collected
	Calendar *calendar.Calendar
	Program  string // version of the program
	Now      func() time.Time
	Log      *slog.Logger

	mux         *http.ServeMux
	routes      []route
	guard       *http.CrossOriginProtection
	pages       pages
	jobs        *jobs
	prints      printings
	desk        desk
	provider    *oidc.Provider // nil: people log in by passwords only
	lexical     atomic.Pointer[lexical]
	recounts    recounts
	instruments *instruments
	ended       context.Context
	end         context.CancelFunc
	work        sync.Mutex                                    // who replaces mentions and tallies
	trying      sync.Mutex                                    // who tries a site profile
	drawing     sync.Mutex                                    // who draws a large picture
	pictures    chan chaping.Period                           // whose pictures are to be fetched
	kept        func(chaping.Period, app.KeptPictures, error) // nil, or of a test
	background  sync.WaitGroup
}

// lexical is the dictionary in use.
type lexical struct {
	miner   *nlp.Miner
	lexicon station.Lexicon
}

// New makes the portal. Close ends its jobs.
func New(ctx context.Context, c Config) (*Server, error) {
	s := &Server{
		Config:  c,
		Program: c.App.Version,
		Now:     c.App.Now,
		Log:     c.App.Log,
		mux:     http.NewServeMux(),
		guard:   http.NewCrossOriginProtection(),

		pictures: make(chan chaping.Period, picturesDue),
	}
	var err error
	if s.Station, err = c.App.Station(ctx); err != nil {
		return nil, err
	}
	if s.Store, err = c.App.Store(ctx); err != nil {
		return nil, err
	}
	if s.Evidence, err = c.App.Evidence(ctx); err != nil {
		return nil, err
	}
	if s.Calendar, err = c.App.Calendar(); err != nil {
		return nil, err
	}
	if err := s.loadProvider(); err != nil {
		return nil, err
	}
	s.ended, s.end = context.WithCancel(context.WithoutCancel(ctx))
	s.jobs = newJobs(s.ended, s.Now, s.Log)
	s.desk.open(s)
	s.instruments = newInstruments(s)
	s.recounts.after = recountAfter
	if s.pages, err = loadPages(); err != nil {
		return nil, err
	}
	if err := s.loadLexicon(ctx); err != nil {
		return nil, err
	}
	s.routes = allRoutes()
	for _, r := range s.routes {
		s.mux.Handle(r.method+" "+r.pattern, s.gate(r, false))
		if r.out != nil {
			s.mux.Handle(r.method+" "+apiRoot+r.pattern, s.gate(r, true))
		}
	}
	s.mux.HandleFunc("GET "+apiRoot+"/openapi.json", func(w http.ResponseWriter, r *http.Request) {
		document, err := OpenAPI()
		if err != nil {
			(&request{Server: s, w: w, r: r, api: true}).fail(err)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = compress(w, r, http.StatusOK, document)
	})
	s.mux.Handle("GET /assets/{file}", newAssets())
	s.mux.Handle("/", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := &request{Server: s, w: w, r: r, api: asksAPI(r)}
		if allowed := s.allowed(r); len(allowed) > 0 {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			q.fail(&fault{http.StatusMethodNotAllowed, "这个地址不能用 " + chaping.Shorten(r.Method, 20), "用 " + strings.Join(allowed, "、"), nil})
			return
		}
		if !q.api {
			q.account, _, _ = s.session(r)
		}
		q.fail(notFound())
	}))
	s.background.Go(s.push)
	if c.Plans {
		s.background.Go(s.runPlans)
	}
	if c.Pictures {
		s.background.Go(s.keepPictures)
	}
	return s, nil
}

// allowed are the methods that the address of a request can be asked with, if any.
func (s *Server) allowed(r *http.Request) (methods []string) {
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		other := &http.Request{Method: method, URL: r.URL, Host: r.Host}
		if _, pattern := s.mux.Handler(other); pattern != "/" && pattern != "" {
			methods = append(methods, method)
		}
	}
	return methods
}

// push sends again what the centre has not got yet, gives the database what waits
// for it, and removes uploads that nobody has gone on with.
func (s *Server) push() {
	every := time.NewTicker(time.Minute)
	defer every.Stop()
	for {
		select {
		case <-s.ended.Done():
			return
		case <-every.C:
		}
		if _, err := s.App.Deliver(s.ended); err != nil && s.ended.Err() == nil {
			s.Log.Error("push", "err", err)
		}
		if err := s.App.DrainBacklog(s.ended); err != nil && s.ended.Err() == nil {
			s.Log.Error("backlog", "err", err)
		}
		if err := s.App.SweepUploads(); err != nil {
			s.Log.Error("uploads", "err", err)
		}
	}
}

// Close cancels the jobs and waits for them.
func (s *Server) Close() {
	s.end()
	s.jobs.wait()
	s.prints.close()
	s.recounts.wait()
	s.desk.wait()
	s.background.Wait()
}

func (s *Server) loadLexicon(ctx context.Context) error {
	v, err := s.App.Vocabulary(ctx, "")
	if err == nil {
		s.lexical.Store(&lexical{v.Miner, v.Edits})
	}
	return err
}

func (s *Server) miner() *nlp.Miner { return s.lexical.Load().miner }

// maxForm bounds a form, maxPublic one of people who have not logged in;
// uploads have a bound of their own.
const (
	maxForm   = 1 << 20
	maxPublic = 16 << 10
)

// contentPolicy lets pages load what we ship and nothing else.
const contentPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", contentPolicy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	if s.Secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
	if err := s.guard.Check(r); err != nil {
		(&request{Server: s, w: w, r: r, api: asksAPI(r)}).fail(
			&fault{http.StatusForbidden, "拒绝了来自别的网站的提交", "请从本站的页面重新提交", nil},
		)
		return
	}
	s.mux.ServeHTTP(w, r)
}

func asksAPI(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, apiRoot+"/") }

// A request is one request that the gate has let through.
type request struct {
	*Server
	w       http.ResponseWriter
	r       *http.Request
	ctx     context.Context
	route   route
	id      string           // in logs
	api     bool             // a program asks
	account *station.Account // nil on public pages without a session
	cookie  string
	home    station.Station // zero before the first start
	act     *station.Act
	refused bool     // the answer says that nothing was done
	ignored []string // of the address, for people
	inside  *inside  // nil, or takes the page in place of the browser
}

// gate lets a request through to its handler, or not.
func (s *Server) gate(rt route, api bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		answered := &codeWriter{ResponseWriter: w}
		w = answered
		id := newRequestID()
		w.Header().Set("X-Request-Id", id)
		q := &request{Server: s, w: w, r: r, ctx: withLog(r.Context(), slog.String("request", id)), route: rt, api: api, id: id}
		defer func() {
			if v := recover(); v != nil {
				if v == http.ErrAbortHandler {
					panic(v)
				}
				q.fail(fmt.Errorf("panic: %v\n%s", v, debug.Stack()))
			}
			took := time.Since(began)
			s.instruments.observe(rt, cmp.Or(answered.code, http.StatusOK), took)
			s.Log.DebugContext(q.ctx, "request", "method", r.Method, "path", r.URL.Path, "code", answered.code, "took", took)
		}()
		err := q.enter()
		if err == nil && q.account == nil && !rt.public() {
			q.askLogin()
			return
		}
		if err == nil {
			err = q.admit() // before anything is read
		}
		if err == nil {
			err = q.limit()
		}
		if err != nil {
			q.fail(err)
			return
		}
		if err := rt.handle(q); err != nil {
			q.fail(err)
			return
		}
		if rt.audited() && !q.refused && !q.act.Written() && q.act.Object != "" {
			if err := s.Station.Record(context.WithoutCancel(q.ctx), q.act); err != nil {
				s.Log.ErrorContext(q.ctx, "audit", "err", err)
			}
		}
	})
}

// enter finds out who acts: people by their session, programs by their token.
func (q *request) enter() (err error) {
	if q.api {
		q.account, err = q.program()
	} else {
		q.account, q.cookie, err = q.session(q.r)
	}
	if err != nil {
		return err
	}
	if q.home, _, err = q.Station.Home(q.ctx); err != nil {
		return err
	}
	q.act = &station.Act{Action: q.route.title}
	if q.account != nil {
		q.act = q.account.Act(q.route.title)
	}
	if q.route.audited() {
		q.ctx = station.WithAct(q.ctx, q.act)
	}
	return nil
}

// patient lets a large body take its time.
func (q *request) patient() {
	_ = http.NewResponseController(
		q.w,
	).SetReadDeadline(
		time.Now().Add(10 * time.Minute),
	) // what has no deadline needs none
}

// uploads tells whether the body is left to the handler: it has files.
func (q *request) uploads() bool {
	kind, _, _ := mime.ParseMediaType(q.r.Header.Get("Content-Type"))
	return q.route.upload || q.route.files && kind == "multipart/form-data"
}

// limit bounds the body and reads a form, or looks at the address.
func (q *request) limit() error {
	if q.route.method == http.MethodGet {
		return q.query()
	}
	if q.uploads() {
		return nil
	}
	if q.api {
		return q.fill()
	}
	most := int64(maxForm)
	if q.route.public() {
		most = maxPublic
	}
	q.r.Body = http.MaxBytesReader(q.w, q.r.Body, most)
	if err := q.r.ParseForm(); err != nil {
		return &fault{http.StatusRequestEntityTooLarge, "提交的内容太大或格式不对", "缩短后重新提交", err}
	}
	return nil
}

// admit checks roles, and whose data it is.
func (q *request) admit() error {
	rt := q.route
	if rt.public() {
		return nil
	}
	if !q.account.Has(rt.roles...) {
		return &fault{http.StatusForbidden, "您的账号没有使用“" + rt.title + "”的权限", "请管理员在“账号”页调整角色", nil}
	}
	if rt.data && !q.seesReviews() {
		return &fault{http.StatusForbidden, "这里的评论数据属于别的监测站", "用该监测站的账号登录", nil}
	}
	if q.seesReviews() {
		q.desk.heed(q.ctx, q.Store)
	}
	return nil
}

// seesReviews tells whether the account may see the reviews of the
// installation, and what was made of them. They belong to its home station:
// those who only see one station's records must be of that one.
func (q *request) seesReviews() bool {
	return q.account.Scope().Sees(q.home.ID)
}

// cookieName is that of the session, or of another that the host alone may
// set.
func (s *Server) cookieName(name string) string {
	if s.Secure {
		return "__Host-" + name
	}
	return name
}

// The cookies of the session and of the device.
const (
	sessionCookie = "chaping"
	deviceCookie  = "device"
)

// setCookie sets a cookie; age is in seconds, 0 until the browser is closed.
func (q *request) setCookie(name, value string, age int) {
	http.SetCookie(
		q.w,
		&http.Cookie{
			Name:     name,
			Value:    value,
			Path:     "/",
			MaxAge:   age,
			HttpOnly: true,
			Secure:   q.Secure,
			SameSite: http.SameSiteLaxMode,
		},
	)
}

func (s *Server) session(r *http.Request) (*station.Account, string, error) {
	c, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil {
		return nil, "", nil
	}
	a, ok, err := s.Station.Session(r.Context(), c.Value)
	if err != nil || !ok {
		return nil, "", err
	}
	return &a, c.Value, nil
}

// A fault is what went wrong with a request, as its sender is told.
type fault struct {
	status  int // 0: its sender's mistake, 422
	problem string
	remedy  string
	err     error
}

func (f *fault) Error() string { return f.problem }
func (f *fault) Unwrap() error { return f.err }

func notFound() error {
	return &fault{http.StatusNotFound, "没有这个页面", "核对地址，或从首页进入", nil}
}

// bad is a value in the address or a form that cannot be taken.
func bad(problem, remedy string) error {
	return &fault{http.StatusUnprocessableEntity, problem, remedy, nil}
}

// fail answers with an error. What its sender can do about it is told; the
// rest goes to the log.
func (q *request) fail(err error) {
	var f *fault
	var known *chaping.Error
	var input *chaping.InputError
	var conflict *station.Conflict
	var delay *station.Delay
	switch {
	case errors.As(err, &f):
	case errors.As(err, &conflict):
		f = &fault{http.StatusConflict, conflict.Error(), "返回上一页重新打开，再改一次", err}
	case errors.Is(err, station.ErrMissing):
		_ = errors.As(err, &known)
		f = &fault{http.StatusNotFound, known.Message, remedyOf(known), nil}
	case errors.Is(err, station.ErrToken):
		_ = errors.As(err, &known)
		f = &fault{http.StatusUnauthorized, known.Message, remedyOf(known), nil}
	case errors.As(err, &delay):
		_ = errors.As(err, &known)
		f = q.later(delay, known)
	case errors.As(err, &known):
		f = &fault{http.StatusUnprocessableEntity, known.Message, remedyOf(known), nil}
		if known.Code == chaping.CodeInternal || known.Code == chaping.CodeEnvironment {
			f.status, f.err = http.StatusServiceUnavailable, err
		}
	case errors.As(err, &input):
		f = &fault{http.StatusUnprocessableEntity, chaping.Explain(input, wordAdvice), "", nil}
	case errors.Is(err, context.Canceled) && q.r.Context().Err() != nil:
		return
	default:
		f = &fault{http.StatusInternalServerError, "程序内部出错，没有完成", "重试；若仍出现，请把下面的编号告诉管理员查日志", err}
	}
	f.status = cmp.Or(f.status, http.StatusUnprocessableEntity) // it was made for a form, which has gone
	if f.status >= 500 {
		q.Log.ErrorContext(q.ctx, "request failed", "method", q.r.Method, "path", q.r.URL.Path, "err", err, "stack", stackOf(err))
	}
	h := q.w.Header()
	h.Del("Content-Disposition")
	if f.status == http.StatusUnauthorized {
		h.Set("WWW-Authenticate", "Bearer")
	}
	if q.r.Header.Get("HX-Request") != "" {
		h.Set("HX-Retarget", "#messages")
		h.Set("HX-Reswap", "innerHTML")
	}
	page := faultPage{Problem: f.problem, Remedy: cmp.Or(f.remedy, "改正后重新提交")}
	if f.status >= http.StatusInternalServerError {
		page.Request = q.id
	}
	if err := q.show(f.status, "fault", "出错了", page); err != nil {
		q.Log.Error("fault page", "err", err)
	}
}

// later tells the sender to come again.
func (q *request) later(d *station.Delay, known *chaping.Error) *fault {
	q.w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(d.Left.Seconds()))))
	if d.Busy {
		return &fault{http.StatusServiceUnavailable, known.Message, remedyOf(known), nil}
	}
	return &fault{http.StatusTooManyRequests, known.Message, remedyOf(known), nil}
}

type faultPage struct {
	Problem, Remedy string
	Request         string // in the log; "" where that has nothing to say
}

// form reads a field of the form, or of the address, without the spaces around
// it. list reads one that may be given several times. What a route does not
// declare cannot be read: that is a mistake in the program.
func (q *request) form(name string) string {
	q.route.declared(name)
	return strings.TrimSpace(q.r.FormValue(name))
}

func (q *request) list(name string) []string {
	q.route.declared(name)
	return q.r.PostForm[name]
}

// redirect sends the browser on; a message, if any, is shown there once.
func (q *request) redirect(path, message string) error {
	if q.api {
		return q.json(http.StatusOK, "application/json", moved{message, apiRoot + path})
	}
	if message != "" {
		q.setCookie("message", encodeMessage(chaping.Shorten(message, 300)), 60)
	}
	if q.r.Header.Get("HX-Request") != "" {
		q.w.Header().Set("HX-Redirect", path)
		q.w.WriteHeader(http.StatusNoContent)
		return nil
	}
	http.Redirect(q.w, q.r, path, http.StatusSeeOther)
	return nil
}
