package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"chaping"
	"chaping/app"
)

// A job is long work that was started from a page.
//
//	running ─┬─▶ done      summary
//	         ├─▶ partial   summary, problem
//	         ├─▶ failed    problem
//	         └─▶ cancelled
type job struct {
	ID      int64         `json:"id"`
	Kind    string        `json:"kind"`
	Title   string        `json:"title"`
	Who     string        `json:"who"`
	Started time.Time     `json:"started"`
	Next    string        `json:"-"` // the page to go to when it is done
	done    chan struct{} // closed when it has ended

	mu     sync.Mutex
	state  jobState
	news   chan struct{} // closed when the state changes
	cancel context.CancelFunc
}

// jobState is what a page shows of a job.
type jobState struct {
	Done     int64     `json:"done"`
	Total    int64     `json:"total"`
	Detail   string    `json:"detail"`
	Status   string    `json:"status"`
	Summary  string    `json:"summary,omitempty"`
	Result   jobResult `json:"result,omitzero"`
	Problem  string    `json:"problem,omitempty"`
	Next     string    `json:"next,omitempty"`
	Finished time.Time `json:"finished,omitzero"`
}

// What may have become of a job.
const (
	jobRunning   = "running"
	jobDone      = "done"
	jobPartial   = "partial"
	jobFailed    = "failed"
	jobCancelled = "cancelled"
)

// Chinese names the status.
func (s jobState) Chinese() string {
	switch s.Status {
	case jobRunning:
		return "进行中"
	case jobDone:
		return "已完成"
	case jobPartial:
		return "已完成，有遗漏"
	case jobCancelled:
		return "已取消"
	}
	return "失败"
}

// Running tells whether it goes on.
func (s jobState) Running() bool { return s.Status == jobRunning }

// Percent is how much is done, 0 when unknown.
func (s jobState) Percent() int64 {
	if s.Total <= 0 {
		return 0
	}
	return min(100*s.Done/s.Total, 100)
}

// State is how the job stands.
func (j *job) State() jobState {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.state
}

func (j *job) change(f func(*jobState)) {
	j.mu.Lock()
	defer j.mu.Unlock()
	f(&j.state)
	close(j.news)
	j.news = make(chan struct{})
}

func (j *job) setResult(r jobResult) { j.change(func(s *jobState) { s.Result = r }) }

// tell is the job's progress.
func (j *job) tell(p app.Progress) {
	j.change(func(s *jobState) { s.Done, s.Total, s.Detail = p.Done, p.Total, strings.TrimSpace(p.Step+" "+p.Detail) })
}

// The kinds of jobs.
const (
	kindCollect = "采集"
	kindImport  = "导入"
	kindUndo    = "撤销导入"
	kindMine    = "挖掘"
	kindPreview = "预览"
	kindLearn   = "学习"
	kindRemove  = "删除示例"
	kindPush    = "报送"
	kindBackup  = "备份"
	kindPlan    = "计划"
	kindFigures = "年度数字"
)

// jobKinds are all kinds of jobs.
func jobKinds() []string {
	return []string{kindCollect, kindImport, kindUndo, kindMine, kindPreview, kindLearn, kindRemove, kindPush, kindBackup,
		kindPlan, kindFigures}
}

// jobs are the jobs since the start of the program.
type jobs struct {
	ctx     context.Context
	now     func() time.Time
	log     *slog.Logger
	mu      sync.Mutex
	last    int64
	list    []*job // the latest last
	running sync.WaitGroup
}

// maxJobs is how many are remembered.
const maxJobs = 50

func newJobs(ctx context.Context, now func() time.Time, log *slog.Logger) *jobs {
	return &jobs{ctx: ctx, now: now, log: log}
}

func (js *jobs) wait() { js.running.Wait() }

// start runs do in the background. While one of the kind runs it is refused,
// and the running one is returned with the error.
func (js *jobs) start(
	kind, title, who, next string,
	do func(ctx context.Context, j *job) (summary string, err error),
) (*job, error) {
	js.mu.Lock()
	defer js.mu.Unlock()
	for _, j := range js.list {
		if j.Kind == kind && j.State().Running() {
			return j, &fault{http.StatusConflict, "已有一项" + kind + "在进行：" + j.Title, "等它完成，或在“运行”页取消它", nil}
		}
	}
	if js.ctx.Err() != nil {
		return nil, &fault{http.StatusServiceUnavailable, "程序正在停止", "稍后再试", nil}
	}
	js.last++
	ctx, cancel := context.WithCancel(withLog(js.ctx, slog.Int64("job", js.last)))
	j := &job{
		ID:      js.last,
		Kind:    kind,
		Title:   title,
		Who:     who,
		Started: js.now(),
		Next:    next,
		news:    make(chan struct{}),
		done:    make(chan struct{}),
		cancel:  cancel,
		state:   jobState{Status: jobRunning, Detail: "正在开始"},
	}
	js.list = append(js.list, j)
	if len(js.list) > maxJobs {
		if i := slices.IndexFunc(js.list, func(j *job) bool { return !j.State().Running() }); i >= 0 {
			js.list = slices.Delete(js.list, i, i+1)
		}
	}
	js.running.Go(func() {
		defer cancel()
		defer close(j.done)
		var summary string
		err := contained(func() (err error) {
			summary, err = do(ctx, j)
			return err
		})
		j.change(func(s *jobState) {
			s.Finished, s.Summary, s.Next, s.Status = js.now(), summary, j.Next, jobDone
			var known *chaping.Error
			switch {
			case err == nil:
			case ctx.Err() != nil:
				s.Status = jobCancelled
			case errors.As(err, &known) && known.Code == chaping.CodePartial:
				s.Status, s.Problem = jobPartial, chaping.Explain(known, wordAdvice)
			default:
				s.Status, s.Problem = jobFailed, chaping.Explain(err, wordAdvice)
			}
		})
		state := j.State()
		js.log.InfoContext(ctx, "job ended", "kind", kind, "status", state.Status, "problem", state.Problem,
			"took", state.Finished.Sub(j.Started), "stack", stackOf(err))
	})
	return j, nil
}

// all are the jobs, the latest first.
func (js *jobs) all() []*job {
	js.mu.Lock()
	defer js.mu.Unlock()
	list := slices.Clone(js.list)
	slices.Reverse(list)
	return list
}

func (js *jobs) find(id int64) *job {
	for _, j := range js.all() {
		if j.ID == id {
			return j
		}
	}
	return nil
}

// active is the running job of a kind, if any.
func (js *jobs) active(kind string) *job {
	for _, j := range js.all() {
		if j.Kind == kind && j.State().Running() {
			return j
		}
	}
	return nil
}

func (q *request) job() (*job, error) {
	id, err := strconv.ParseInt(q.r.PathValue("id"), 10, 64)
	if err != nil {
		return nil, notFound()
	}
	if j := q.jobs.find(id); j != nil {
		return j, nil
	}
	return nil, &fault{http.StatusNotFound, "没有这项工作", "程序重新启动后，以前的工作见“运行”页的记录", nil}
}

// follow sends to the page of a job that was started.
func (q *request) follow(j *job, err error) error {
	if err != nil {
		return err
	}
	q.Log.InfoContext(q.ctx, "job started", "job", j.ID, "kind", j.Kind)
	return q.redirect(fmt.Sprintf("/jobs/%d", j.ID), "")
}

func (q *request) jobPage() error {
	j, err := q.job()
	if err != nil {
		return err
	}
	return q.show(http.StatusOK, "job", j.Kind+"："+j.Title, jobView{Job: j, State: j.State()})
}

// jobView is a job as a page shows it.
type jobView struct {
	Job   *job     `json:"job"`
	State jobState `json:"state"`
}

func (q *request) jobCancel() error {
	j, err := q.job()
	if err != nil {
		return err
	}
	q.act.Object = j.Kind + " " + j.Title
	j.cancel()
	return q.redirect(fmt.Sprintf("/jobs/%d", j.ID), "正在取消；已完成的部分保留")
}

// jobEvents streams how a job stands, until it is done.
func (q *request) jobEvents() error {
	j, err := q.job()
	if err != nil {
		return err
	}
	c := http.NewResponseController(q.w)
	_ = c.SetWriteDeadline(time.Time{})
	q.w.Header().Set("Content-Type", "text/event-stream")
	q.w.Header().Set("Cache-Control", "no-store")
	for {
		j.mu.Lock()
		state, news := j.state, j.news
		j.mu.Unlock()
		data, err := json.Marshal(state)
		if err != nil {
			return err
		}
		if _, err := fmt.Fprintf(q.w, "data: %s\n\n", data); err != nil {
			return nil // gone
		}
		if err := c.Flush(); err != nil || !state.Running() {
			return nil
		}
		pause := time.NewTimer(eventPause)
		select {
		case <-pause.C:
		case <-q.ctx.Done():
			return nil
		case <-q.ended.Done():
			return nil
		}
		select {
		case <-news:
		case <-q.ctx.Done():
			return nil
		case <-q.ended.Done():
			return nil
		}
	}
}

// eventPause keeps progress from being told more often than eyes follow.
const eventPause = 200 * time.Millisecond
