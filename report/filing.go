package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"time"
)

// filing decides 填报时间 (D17): the day that a person named, else the day now.
// A sheet that says the same as the version frozen last, but for that day, is
// that version, which same tells, and was filed when it was. last may be nil;
// write writes the sheet's JSON as it is when it is filed on a day.
func filing(named, now time.Time, last []byte, write func(io.Writer, time.Time) error) (day time.Time, same bool, err error) {
	switch {
	case !named.IsZero():
		return named, false, nil
	case last == nil:
		return now, false, nil
	}
	var before struct{ Filed string }
	if err := json.Unmarshal(last, &before); err != nil {
		return now, false, err
	}
	filed, err := readDay(before.Filed)
	if err != nil {
		return now, false, err
	}
	rest := unlike(last)
	err = write(&rest, filed)
	switch {
	case errors.Is(err, errUnlike):
		return now, false, nil
	case err == nil && len(rest) == 0:
		return filed, true, nil
	}
	return now, false, err
}

// unlike is what has not been written yet of the bytes that are expected; others
// are refused with errUnlike. So a large sheet is compared without being in memory
// twice.
type unlike []byte

var errUnlike = errors.New("not what was expected")

func (u *unlike) Write(b []byte) (int, error) {
	if !bytes.HasPrefix(*u, b) {
		return 0, errUnlike
	}
	*u = (*u)[len(b):]
	return len(b), nil
}

// File sets the day of filing: named, or now where it is zero, or that of the
// version frozen last, whose JSON is last, where nothing else is different.
func (p *Platform) File(named, now time.Time, last []byte) (err error) {
	p.Filed, _, err = filing(named, now, last, func(w io.Writer, day time.Time) error {
		p.Filed = day
		return formJSON(w, p.json())
	})
	return err
}

// File sets the day of filing, as that of a Platform.
func (a *Association) File(named, now time.Time, last []byte) (err error) {
	a.Filed, _, err = filing(named, now, last, func(w io.Writer, day time.Time) error {
		a.Filed = day
		return formJSON(w, a.json())
	})
	return err
}
