package web

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"chaping"
	"chaping/app"
)

// # PDFs
//
// Laying a PDF out takes seconds for a long form. Whoever asks
// waits a moment; what is not ready then is made in the background, and a page
// says how it stands (print.html). Programs wait: they have time, and no pages.

// Bounds of PDFs being made and kept.
const (
	printPatience = 1500 * time.Millisecond
	printKept     = time.Hour
	printsOf      = 3  // being made, of an account
	printsMost    = 50 // being made or kept
)

// A printing is a PDF that is being made, or was.
type printing struct {
	ID      string
	Name    string // of the file
	Action  string // of the route that it was asked for at
	account int64
	path    string
	began   time.Time
	cancel  context.CancelFunc
	done    chan struct{}
	err     error // once done
}

// ready tells whether it is done.
func (p *printing) ready() bool {
	select {
	case <-p.done:
		return true
	default:
		return false
	}
}

// printings are the PDFs of a portal.
type printings struct {
	mu      sync.Mutex
	byID    map[string]*printing
	running sync.WaitGroup
}

// start makes a PDF in the background. write is given where to write it.
func (p *printings) start(ctx context.Context, of printing, now time.Time, dir string, write func(context.Context, string) error) (*printing, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.byID == nil {
		p.byID = map[string]*printing{}
	}
	mine := 0
	for id, old := range p.byID {
		switch {
		case !old.ready():
			if old.account == of.account {
				mine++
			}
		case now.Sub(old.began) > printKept:
			_ = os.Remove(old.path) // is swept with the uploads if it stays
			delete(p.byID, id)
		}
	}
	if mine >= printsOf || len(p.byID) >= printsMost {
		return nil, &fault{http.StatusServiceUnavailable, "正在生成的 PDF 太多", "等前几个生成完再下载；其他格式不受影响", nil}
	}
	job := &of
	job.ID, job.began, job.done = rand.Text()[:16], now, make(chan struct{})
	job.path = filepath.Join(dir, "print-"+job.ID+".pdf")
	ctx, job.cancel = context.WithCancel(ctx)
	p.byID[job.ID] = job
	p.running.Go(func() {
		defer job.cancel()
		err := contained(func() error { return write(ctx, job.path) })
		if ctx.Err() != nil {
			err = ctx.Err()
		}
		job.err = err
		close(job.done)
	})
	return job, nil
}

// of is a printing of the account.
func (p *printings) of(account int64, id string) (*printing, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	job := p.byID[id]
	if job == nil || job.account != account {
		return nil, &fault{http.StatusNotFound, "没有这个 PDF，或它已过期", "生成的 PDF 保留一小时；回到原来的页面再下载一次", nil}
	}
	return job, nil
}

// close removes what was made.
func (p *printings) close() {
	p.running.Wait()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, job := range p.byID {
		_ = os.Remove(job.path)
	}
	clear(p.byID)
}

// print makes a PDF of a form, and hands it out if that takes a moment only.
func (q *request) print(f app.Model, name string) error {
	job, err := q.prints.start(q.ended, printing{Name: name, Action: q.route.title, account: q.account.ID}, q.Now(), q.Dir,
		func(ctx context.Context, path string) error { return q.App.WriteFile(ctx, f, "pdf", path) })
	if err != nil {
		return err
	}
	if !job.wait(q.ctx) {
		return q.redirect("/prints/"+job.ID, "")
	}
	if job.err != nil {
		return job.err
	}
	return q.handPrint(job)
}

// wait waits a moment for a PDF, and tells whether it is done.
func (p *printing) wait(ctx context.Context) bool {
	moment := time.NewTimer(printPatience)
	defer moment.Stop()
	select {
	case <-p.done:
		return true
	case <-moment.C:
	case <-ctx.Done():
	}
	return p.ready()
}

// handPrint hands a PDF out that is ready.
func (q *request) handPrint(job *printing) error {
	file, err := os.Open(job.path)
	if err != nil {
		return err
	}
	defer file.Close()
	q.act = q.account.Act(job.Action)
	q.act.Object = job.Name
	return q.download(job.Name, file)
}

// A printPage says how a PDF stands.
type printPage struct {
	ID, Name string
	Ready    bool
	Stopped  bool
	Problem  string
	Remedy   string
	Seconds  int
}

func (q *request) printShow() error {
	job, err := q.prints.of(q.account.ID, q.r.PathValue("id"))
	if err != nil {
		return err
	}
	page := printPage{ID: job.ID, Name: job.Name, Ready: job.wait(q.ctx), Seconds: int(q.Now().Sub(job.began).Seconds())}
	var known *chaping.Error
	switch {
	case !page.Ready:
		q.w.Header().Set("Refresh", "1")
	case errors.Is(job.err, context.Canceled):
		page.Stopped = true
	case errors.As(job.err, &known):
		page.Problem, page.Remedy = known.Message, remedyOf(known)
	case job.err != nil:
		q.Log.ErrorContext(q.ctx, "print", "err", job.err, "stack", stackOf(job.err))
		page.Problem, page.Remedy = "PDF 没有生成", "重试；其他格式不受影响"
	}
	return q.show(http.StatusOK, "print", strings.TrimSuffix(job.Name, ".pdf"), page)
}

// printFile hands out a PDF that was made.
func (q *request) printFile() error {
	job, err := q.prints.of(q.account.ID, q.r.PathValue("id"))
	if err != nil {
		return err
	}
	if !job.ready() || job.err != nil {
		return q.redirect("/prints/"+job.ID, "")
	}
	return q.handPrint(job)
}

// printCancel stops a PDF being made.
func (q *request) printCancel() error {
	job, err := q.prints.of(q.account.ID, q.r.PathValue("id"))
	if err != nil {
		return err
	}
	job.cancel()
	job.wait(q.ctx) // it stops at once, or the page says that it has not yet
	return q.redirect(fmt.Sprintf("/prints/%s", job.ID), "")
}
