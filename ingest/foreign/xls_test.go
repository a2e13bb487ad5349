package foreign

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// Whatever the file is, it is read or refused.
func FuzzOldBook(f *testing.F) {
	data, err := os.ReadFile(filepath.Join("..", "..", "testdata", "excel97.xls"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data, 0, byte(0))
	f.Add(data, 600, byte(0xff))
	f.Add(data[:len(data)/2], 512, byte(3))
	f.Fuzz(func(t *testing.T, data []byte, at int, value byte) {
		if at > 0 && at < len(data) {
			data = bytes.Clone(data)
			data[at] = value
		}
		var fault *Fault
		b, err := OpenOldBook(bytes.NewReader(data), 10_000)
		if err != nil {
			if !errors.As(err, &fault) {
				t.Errorf("%T %v", err, err)
			}
			return
		}
		for i := range b.Sheets() {
			rows, _, err := b.Rows(i)
			if err != nil && !errors.As(err, &fault) {
				t.Errorf("%T %v", err, err)
			}
			last := 0
			for _, row := range rows {
				if row.Number <= last || row.Number > 1<<16 {
					t.Errorf("row %d after %d", row.Number, last)
				}
				last = row.Number
			}
		}
	})
}
