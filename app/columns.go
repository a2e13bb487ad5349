package app

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"chaping"
	"chaping/configs"
	"chaping/importer"
	"chaping/nlp/polarity"
	"chaping/report"
)

// A Reading is what a person says of a file over what the importer finds. What
// each part means, importer.Options says.
type Reading struct {
	Map           map[string]string `json:"map,omitempty"`
	Scale         float64           `json:"scale,omitempty"`
	Reversed      bool              `json:"reversed,omitempty"`
	DayOrder      string            `json:"day_order,omitempty"`
	ExportedAt    time.Time         `json:"exported_at,omitzero"`
	FillDown      bool              `json:"fill_down,omitempty"`
	ShopFromTable bool              `json:"shop_from_table,omitempty"`
}

func readingOf(o importer.Options) Reading {
	return Reading{Map: o.Map, Scale: o.Scale, Reversed: o.Reversed, DayOrder: o.DayOrder, ExportedAt: o.ExportedAt,
		FillDown: o.FillDown, ShopFromTable: o.ShopFromTable}
}

// importOptions are the importer's for a request.
func (a *App) importOptions(ctx context.Context, r ImportRequest) (importer.Options, error) {
	text, err := polarity.Shipped()
	if err != nil {
		return importer.Options{}, err
	}
	g := r.Reading
	o := importer.Options{
		Facts:         r.Facts,
		GradeText:     text.GradeReview,
		Now:           a.Now(),
		Map:           g.Map,
		Scale:         g.Scale,
		Reversed:      g.Reversed,
		DayOrder:      g.DayOrder,
		ExportedAt:    g.ExportedAt,
		FillDown:      g.FillDown,
		ShopFromTable: g.ShopFromTable,
	}
	if r.Products != nil {
		o.Products = r.Products.Facts
	}
	if o.Profile, err = a.ImportProfile(cmp.Or(r.Profile, StandardProfile)); err != nil {
		return o, err
	}
	if r.Charset != "" {
		if err := o.Profile.SetCharset(r.Charset); err != nil {
			return o, err
		}
	}
	if r.Profile != "" {
		return o, nil
	}
	own, err := a.ownImportProfiles()
	if err != nil || len(own) == 0 {
		return o, err
	}
	u, err := importer.Inspect(ctx, r.File, o)
	if err != nil {
		return o, err
	}
	if known := u.Known(own); known != nil {
		o.Profile = known
	}
	return o, nil
}

// Inspect tells what the columns of a file are, before anything is stored.
func (a *App) Inspect(ctx context.Context, r ImportRequest) (importer.Understanding, error) {
	r.Name = cmp.Or(r.Name, r.File)
	o, err := a.importOptions(ctx, r)
	if err != nil {
		return importer.Understanding{}, renamed(err, r.File, r.Name)
	}
	u, err := importer.Inspect(ctx, r.File, o)
	u.File = r.Name
	return u, renamed(err, r.File, r.Name)
}

// importDir is the folder of the data directory with the templates that were
// saved.
const importDir = "import"

// SaveImportProfile keeps how a file is read, for files with the same columns.
func (a *App) SaveImportProfile(name string, u *importer.Understanding) error {
	if name == "" || FileName(name) != name || strings.HasPrefix(name, ".") ||
		slices.Contains(configs.Names("import"), name) {
		return &chaping.Error{Code: chaping.CodeUsage, Message: "导入模板不能叫“" + chaping.Shorten(name, 40) + "”",
			Remedy: "用别的名称，不含 / 等符号，不与自带模板同名"}
	}
	p := u.Profile()
	p.Name = name
	data, err := p.YAML()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.Path(importDir), 0o755); err != nil {
		return err
	}
	return report.WriteFile(a.Path(importDir, name+".yaml"), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}

// ImportProfiles are the names of the import templates: the shipped ones, then
// those that were saved.
func (a *App) ImportProfiles() []string {
	names := slices.Clone(configs.Names("import"))
	own, err := filepath.Glob(a.Path(importDir, "*.yaml"))
	if err != nil {
		return names
	}
	for _, path := range own {
		names = append(names, strings.TrimSuffix(filepath.Base(path), ".yaml"))
	}
	return names
}

// ImportProfile is an import template: a shipped one, one that was saved, or the
// one in a file.
func (a *App) ImportProfile(name string) (*importer.Profile, error) {
	if slices.Contains(configs.Names("import"), name) {
		return importer.Shipped(name)
	}
	path := name
	if own := a.Path(importDir, filepath.Base(name)+".yaml"); filepath.Base(name) == name {
		if _, err := os.Stat(own); err == nil {
			path = own
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "没有这个导入模板：" + name,
			Remedy: "现有的模板：" + strings.Join(a.ImportProfiles(), "、") + "；或写对 YAML 文件的路径"}
	}
	defer f.Close()
	return importer.LoadProfile(name, f)
}

// ownImportProfiles are the templates that were saved.
func (a *App) ownImportProfiles() (list []*importer.Profile, err error) {
	paths, err := filepath.Glob(a.Path(importDir, "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		f, err := os.Open(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		p, err := importer.LoadProfile(path, f)
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}
