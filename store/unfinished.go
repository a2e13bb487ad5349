package store

import "context"

// OpenImports are the imports, and the undoings of imports, that have not come to a
// good end, the one that was written last first.
func (s *Store) OpenImports(ctx context.Context) (list []Run, err error) {
	err = s.query(ctx, "open_imports", nil, nil, func(scan func(...any) error) error {
		r, err := scanRun(scan)
		list = append(list, r)
		return err
	})
	return list, err
}

// Reported are the runs in whose reports a text stands.
func (s *Store) Reported(ctx context.Context, text string) (runs []string, err error) {
	err = s.query(ctx, "reported", nil, []any{named("text", text)}, func(scan func(...any) error) error {
		var run string
		err := scan(&run)
		runs = append(runs, run)
		return err
	})
	return runs, err
}
