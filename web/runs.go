package web

import (
	"fmt"

	"chaping"
	"chaping/app"
	"chaping/store"
)

// runs lists what goes on since the program was started, and the records of all
// that has been done. How far a file got is none: the import's own record says
// what it brought.
func (q *request) runs() error {
	t := runTable()
	source := stored(func(s chaping.Selection, each func(*shownRun) error) (int, error) {
		return q.Store.RunsSelected(q.ctx, s, app.StageFile, func(r *store.Run) error {
			return each(
				&shownRun{Run: *r, Stage: stageName(r.Stage), State: runState(r), Counts: shownCounts(r.Counts)},
			)
		})
	})
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, list, err := present(q, t, source)
	if err != nil {
		return err
	}
	var jobs []jobView
	for _, j := range q.jobs.all() {
		jobs = append(jobs, jobView{Job: j, State: j.State()})
	}
	return q.render("runs", runsPage{Table: view, Jobs: jobs, Runs: list})
}

// shownCounts words what a run did.
func shownCounts(counts map[string]uint64) (list []string) {
	for _, c := range [...][2]string{
		{"pages", "页"}, {"products", "商品"}, {"reviews", "评论"}, {"restored", "恢复原样"}, {"rows", "行"}, {"accepted", "采用"},
		{"refused", "拒收"}, {"mentions", "命中"}, {"affirmed", "成立"}, {"gaps", "没有读全的商品"},
	} {
		if n := counts[c[0]]; n > 0 {
			list = append(list, fmt.Sprintf("%s %d", c[1], n))
		}
	}
	return list
}

type runsPage struct {
	Table *tableView `json:"table"`
	Jobs  []jobView  `json:"jobs"` // since the program was started
	Runs  []shownRun `json:"runs"` // of the page
}

type shownRun struct {
	Run    store.Run `json:"run"`
	Stage  string    `json:"-"`
	State  string    `json:"-"`
	Counts []string  `json:"-"`
}
