package station

import (
	"fmt"
	"testing"

	"chaping"
)

// Whatever a list is sorted by, its pages have every row once; what is no column
// gets into no statement.
func TestPagesOfListsHaveEveryRowOnce(t *testing.T) {
	t.Parallel()
	d, _ := openTest(t)
	const entries = 137
	for i := range entries {
		act := &Act{Who: "甲乙丙"[3*(i%3) : 3*(i%3)+3], Action: fmt.Sprint("做", i%5), Object: fmt.Sprint("物", i)}
		if err := d.Record(t.Context(), act); err != nil {
			t.Fatal(err)
		}
	}
	_, before, err := selectedIDs(t, d, chaping.Selection{})
	if err != nil || before < entries {
		t.Fatal(before, err)
	}
	for column := range auditList().columns {
		for _, descending := range []bool{false, true} {
			seen := map[int64]bool{}
			rows := 0
			for offset := 0; offset < before; offset += 20 {
				ids, total, err := selectedIDs(
					t,
					d,
					chaping.Selection{Sort: column, Descending: descending, Limit: 20, Offset: offset},
				)
				if err != nil || total != before {
					t.Fatal(total, err)
				}
				for _, id := range ids {
					seen[id] = true
					rows++
				}
			}
			if rows != before || len(seen) != before {
				t.Errorf("by %s: %d rows, %d of them different, of %d", column, rows, len(seen), before)
			}
		}
	}
	all := chaping.Anything()
	all.High = 10
	for _, s := range []chaping.Selection{
		{Text: "物136"},
		{Where: []chaping.Condition{{Column: "object", Contains: "物136"}}},
	} {
		if ids, total, err := selectedIDs(t, d, s); err != nil || total != 1 || len(ids) != 1 {
			t.Errorf("%+v: %v %d %v", s, ids, total, err)
		}
	}
	if _, total, err := selectedIDs(t, d, chaping.Selection{Where: []chaping.Condition{{Column: "id", Between: &all}}}); err != nil ||
		total != 10 {
		t.Errorf("%d %v", total, err)
	}
	for _, s := range []chaping.Selection{{Sort: "id; DROP TABLE audit"}, {Where: []chaping.Condition{{Column: "1=1 OR id", Is: "x"}}}} {
		if _, _, err := selectedIDs(t, d, s); err == nil {
			t.Errorf("%+v is taken", s)
		}
	}
}

// selectedIDs are the numbers of the selected entries.
func selectedIDs(t *testing.T, d *DB, s chaping.Selection) (ids []int64, total int, err error) {
	total, err = d.AuditSelected(t.Context(), s, func(e *Entry) error {
		ids = append(ids, e.ID)
		return nil
	})
	return ids, total, err
}
