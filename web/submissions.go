package web

import (
	"chaping"
	"chaping/station"
)

// submissions lists the files that stations handed in, of all periods: those of
// all stations to centre and bureau, its own to a station.
func (q *request) submissions() error {
	t := submissionTable()
	source := stored(func(s chaping.Selection, each func(*station.Submission) error) (int, error) {
		return q.Station.SubmissionsSelected(q.ctx, q.account.Scope(), s, each)
	})
	if q.route.export {
		return exportTable(q, t, source)
	}
	view, list, err := present(q, t, source)
	if err != nil {
		return err
	}
	comments, err := q.Station.CommentCounts(q.ctx, q.account.Scope(), station.AboutSubmission)
	if err != nil {
		return err
	}
	return q.render("submissions", submissionsPage{Table: view, List: list, Comments: comments})
}

type submissionsPage struct {
	Table    *tableView           `json:"table"`
	List     []station.Submission `json:"submissions"` // of the page
	Comments map[int64]int        `json:"-"`           // how many a submission has
}
