package report

import (
	"bytes"
	"encoding/json"
	"time"
)

// filing decides 填报时间 (D17): the day that a person named, else the day now.
// A sheet that says the same as the version frozen last, but for that day, is
// that version, and was filed when it was. last may be nil; model is the
// sheet's JSON when it is filed on a day.
func filing(named, now time.Time, last []byte, model func(time.Time) ([]byte, error)) (time.Time, error) {
	switch {
	case !named.IsZero():
		return named, nil
	case last == nil:
		return now, nil
	}
	var before struct{ Filed string }
	if err := json.Unmarshal(last, &before); err != nil {
		return now, err
	}
	filed, err := readDay(before.Filed)
	if err != nil {
		return now, err
	}
	again, err := model(filed)
	if err == nil && bytes.Equal(again, last) {
		return filed, nil
	}
	return now, err
}

// File sets the day of filing: named, or now where it is zero, or that of the
// version frozen last, whose JSON is last, where nothing else is different.
func (p *Platform) File(named, now time.Time, last []byte) (err error) {
	p.Filed, err = filing(named, now, last, func(day time.Time) ([]byte, error) {
		p.Filed = day
		return p.JSON()
	})
	return err
}

// File sets the day of filing, as that of a Platform.
func (a *Association) File(named, now time.Time, last []byte) (err error) {
	a.Filed, err = filing(named, now, last, func(day time.Time) ([]byte, error) {
		a.Filed = day
		return a.JSON()
	})
	return err
}
