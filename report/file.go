package report

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"

	"chaping"
)

// WriteFile writes a file that appears under its name only when write has
// succeeded; a failure leaves what was there before.
func WriteFile(path string, write func(io.Writer) error) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(f.Name()))
		}
	}()
	if err := write(f); err != nil {
		return cannotWrite(path, err)
	}
	if err := errors.Join(f.Chmod(0o644), f.Sync()); err != nil {
		return cannotWrite(path, err)
	}
	if err := f.Close(); err != nil {
		return errors.Join(cannotWrite(path, err), os.Remove(f.Name()))
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return cannotWrite(path, err)
	}
	return nil
}

func cannotWrite(path string, err error) error {
	return &chaping.Error{Code: chaping.CodeEnvironment, Message: "文件写不出来：" + path, Remedy: "检查目录是否存在、是否可写、磁盘是否已满；文件若正在 Excel 中打开，请先关闭", Err: err}
}

// WriteJSON writes the sheet as JSON: the array "rows" carries what sheet B
// prints and the alternative counts, "evidence" what stands behind them.
func (p *Platform) WriteJSON(path string) error {
	from, to := p.window()
	return WriteFile(path, func(w io.Writer) error {
		enc := json.NewEncoder(w)
		enc.SetEscapeHTML(false)
		enc.SetIndent("", " ")
		return enc.Encode(struct {
			Form            string        `json:"form"`
			Period          string        `json:"period"`
			From            string        `json:"from"`
			To              string        `json:"to"`
			Station         string        `json:"station"`
			Filed           string        `json:"filed"`
			Dictionary      string        `json:"dictionary"`
			Program         string        `json:"program"`
			Definitions     []Definition  `json:"definitions"`
			Rows            []PlatformRow `json:"rows"`
			Evidence        []Evidence    `json:"evidence"`
			EvidenceOmitted int           `json:"evidence_omitted"`
		}{"platform", p.Period.String(), from, to, p.Station, p.Filed.In(chaping.Shanghai()).Format("2006-01-02"), p.Dictionary, p.Program,
			p.Definitions(), orEmpty(p.Rows), orEmpty(p.Evidence), p.EvidenceOmitted})
	})
}

// orEmpty makes JSON print [] and not null.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}
