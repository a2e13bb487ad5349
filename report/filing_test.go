package report

import (
	"testing"
	"time"

	"chaping"
)

func TestFile(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2020, 8, d, 0, 0, 0, 0, chaping.Shanghai()) }
	now := time.Date(2020, 8, 28, 9, 0, 0, 0, chaping.Shanghai())
	frozen := sheet(t)
	frozen.Filed = day(26)
	last, err := frozen.JSON()
	if err != nil {
		t.Fatal(err)
	}
	other := sheet(t)
	other.Rows[0].Rejected++
	for _, test := range []struct {
		what  string
		sheet *Platform
		named time.Time
		last  []byte
		want  time.Time
	}{
		{"never frozen", sheet(t), time.Time{}, nil, now},
		{"named", sheet(t), day(25), nil, day(25)},
		{"as frozen", sheet(t), time.Time{}, last, day(26)},
		{"as frozen, but for the day that is named", sheet(t), day(27), last, day(27)},
		{"corrected", other, time.Time{}, last, now},
	} {
		if err := test.sheet.File(test.named, now, test.last); err != nil || !test.sheet.Filed.Equal(test.want) {
			t.Errorf("%s: filed on %v, %v; want %v", test.what, test.sheet.Filed, err, test.want)
		}
	}
}
