package store

import (
	"context"
	"fmt"
	"math"
	"strings"

	"chaping"
)

// runColumns are the expressions of the columns by which runs are sorted and
// filtered. Nothing of a selection but its values gets into a statement.
func runColumns() map[string]string {
	return map[string]string{
		"stage":    "stage",
		"period":   "if(period = 0, '', concat(substring(toString(period), 1, 4), '-', substring(toString(period), 5, 2)))",
		"started":  "started",
		"finished": "finished",
		"state":    "multiIf(finished = 0, 'open', error != '', 'failed', 'done')",
		"error":    "error",
		"run":      "id",
	}
}

// Done names what was finished in the store: another run that has ended, or counts
// that were made anew, give another name. It is cheap to ask for, and tells those
// who remember what they have read when to read again.
func (s *Store) Done(ctx context.Context) (name string, err error) {
	err = s.query(ctx, "done", nil, []any{named("whole", uint8(whole))}, func(scan func(...any) error) error {
		var n, run, generation uint64
		err := scan(&n, &run, &generation)
		name = fmt.Sprint(n, run, generation)
		return err
	})
	return name, err
}

// runTexts are the columns in which a text is looked for.
func runTexts() []string { return []string{"period", "error", "run"} }

// RunsSelected are the runs of a selection, of all stages but one, and how many
// there are without its bounds. By its own order the one that was written last
// is the first.
func (s *Store) RunsSelected(
	ctx context.Context,
	selection chaping.Selection,
	except string,
	each func(*Run) error,
) (total int, err error) {
	where, args, err := runWhere(&selection)
	if err != nil {
		return 0, err
	}
	args = append(args, named("except", except), named("offset", selection.Offset), named("limit", selection.Limit))
	data := map[string]any{"Count": true, "Where": where, "Order": []string(nil), "Limit": selection.Limit > 0}
	var n uint64
	err = s.query(ctx, "runs_selected", data, args, func(scan func(...any) error) error { return scan(&n) })
	if err != nil {
		return 0, err
	}
	data["Count"] = false
	if selection.Sort != "" {
		expression, ok := runColumns()[selection.Sort]
		if !ok {
			return 0, fmt.Errorf("no column %q", selection.Sort)
		}
		order := []string{expression}
		if selection.Sort == "finished" { // what is unknown stands at the end
			order = []string{"finished = 0", expression}
		}
		if selection.Descending {
			order[len(order)-1] += " DESC"
		}
		data["Order"] = order
	}
	err = s.query(ctx, "runs_selected", data, args, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		if err != nil {
			return err
		}
		return each(&r)
	})
	return int(n), err
}

// runWhere is what the selection leaves.
func runWhere(s *chaping.Selection) (where []string, args []any, err error) {
	add := func(format, expression string, value any) {
		name := fmt.Sprintf("value%d", len(args))
		where = append(where, fmt.Sprintf(format, expression, "@"+name))
		args = append(args, named(name, value))
	}
	columns := runColumns()
	const contains = "positionCaseInsensitiveUTF8(%s, %s) > 0"
	if s.Text != "" {
		var texts []string
		for _, name := range runTexts() {
			texts = append(texts, columns[name])
		}
		add(contains, "concat("+strings.Join(texts, ", '\\n', ")+")", s.Text)
	}
	for _, c := range s.Where {
		expression, ok := columns[c.Column]
		switch {
		case !ok:
			return nil, nil, fmt.Errorf("no column %q", c.Column)
		case c.Between != nil:
			if !math.IsInf(c.Between.Low, -1) {
				add("%s >= %s", expression, int64(c.Between.Low))
			}
			if !math.IsInf(c.Between.High, 1) {
				add("%s <= %s", expression, int64(c.Between.High))
			}
		case c.Contains != "":
			add(contains, expression, c.Contains)
		default:
			add("%s = %s", expression, c.Is)
		}
	}
	return where, args, nil
}
