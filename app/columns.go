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
	"unicode/utf8"

	"chaping"
	"chaping/configs"
	"chaping/importer"
	"chaping/nlp/polarity"
	"chaping/report"
)

// A Reading is what a person says of a file over what the importer finds. What
// each part means, importer.Options says.
type Reading struct {
	Map              map[string]string `json:"map,omitempty"`
	Scale            float64           `json:"scale,omitempty"`
	Reversed         bool              `json:"reversed,omitempty"`
	DayOrder         string            `json:"day_order,omitempty"`
	ExportedAt       time.Time         `json:"exported_at,omitzero"`
	FillDown         bool              `json:"fill_down,omitempty"`
	ShopFromTable    bool              `json:"shop_from_table,omitempty"`
	SkipVoid         bool              `json:"skip_void,omitempty"`
	ProductFromTable bool              `json:"product_from_table,omitempty"`
}

func readingOf(o importer.Options) Reading {
	return Reading{Map: o.Map, Scale: o.Scale, Reversed: o.Reversed, DayOrder: o.DayOrder, ExportedAt: o.ExportedAt,
		FillDown: o.FillDown, ShopFromTable: o.ShopFromTable, SkipVoid: o.SkipVoid, ProductFromTable: o.ProductFromTable}
}

// importOptions are the importer's for a request.
func (a *App) importOptions(ctx context.Context, r ImportRequest) (importer.Options, error) {
	text, err := polarity.Shipped()
	if err != nil {
		return importer.Options{}, err
	}
	g := r.Reading
	o := importer.Options{
		Facts:            r.Facts,
		GradeText:        text.GradeReview,
		Now:              a.Now(),
		Map:              g.Map,
		Scale:            g.Scale,
		Reversed:         g.Reversed,
		DayOrder:         g.DayOrder,
		ExportedAt:       g.ExportedAt,
		FillDown:         g.FillDown,
		ShopFromTable:    g.ShopFromTable,
		SkipVoid:         g.SkipVoid,
		ProductFromTable: g.ProductFromTable,
		Name:             r.Name,
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
	if err := checkProfileName(name); err != nil {
		return err
	}
	p := u.Profile()
	p.Name = name
	return a.writeProfile(p)
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

// A ProfileInfo says what an import template maps.
type ProfileInfo struct {
	Name     string         `json:"name"`
	Shipped  bool           `json:"shipped"`
	Platform string         `json:"platform"`
	Fields   []ProfileField `json:"fields"`
}

// A ProfileField is a field with the columns that may hold it.
type ProfileField struct {
	Title   string   `json:"title"`
	Columns []string `json:"columns"`
}

// ImportProfileInfos say what the import templates map: the saved ones first.
// One that cannot be read is left out.
func (a *App) ImportProfileInfos() (list []ProfileInfo) {
	for _, name := range a.ImportProfiles() {
		p, err := a.ImportProfile(name)
		if err != nil {
			continue
		}
		info := ProfileInfo{Name: name, Shipped: slices.Contains(configs.Names("import"), name),
			Platform: cmp.Or(p.Platform.Name, p.Platform.ID)}
		for _, f := range importer.Fields() {
			if columns := p.Fields[f.Name]; len(columns) > 0 {
				info.Fields = append(info.Fields, ProfileField{Title: f.Title, Columns: columns})
			}
		}
		list = append(list, info)
	}
	slices.SortStableFunc(list, func(a, b ProfileInfo) int {
		return map[bool]int{true: 1}[a.Shipped] - map[bool]int{true: 1}[b.Shipped]
	})
	return list
}

// RenameImportProfile gives a saved template another name.
func (a *App) RenameImportProfile(name, to string) error {
	if err := checkProfileName(to); err != nil {
		return err
	}
	from, err := a.savedProfile(name)
	if err != nil {
		return err
	}
	if slices.Contains(a.ImportProfiles(), to) {
		return &chaping.Error{Code: chaping.CodeInput, Message: "已有叫“" + to + "”的导入模板", Remedy: "换一个名称，或先删除那一个"}
	}
	p, err := a.ImportProfile(name)
	if err != nil {
		return err
	}
	p.Name = to
	if err := a.writeProfile(p); err != nil {
		return err
	}
	return os.Remove(from)
}

// DeleteImportProfile removes a saved template.
func (a *App) DeleteImportProfile(name string) error {
	path, err := a.savedProfile(name)
	if err != nil {
		return err
	}
	return os.Remove(path)
}

// savedProfile is where a template is that was saved.
func (a *App) savedProfile(name string) (path string, err error) {
	path = a.Path(importDir, name+".yaml")
	if checkProfileName(name) == nil {
		if _, err = os.Stat(path); err == nil {
			return path, nil
		}
	}
	return "", &chaping.Error{Code: chaping.CodeInput, Message: "没有存过叫“" + chaping.Shorten(name, 40) + "”的导入模板",
		Remedy: "自带的模板不能改名或删除"}
}

func checkProfileName(name string) error {
	if name == "" || FileName(name) != name || strings.HasPrefix(name, ".") || utf8.RuneCountInString(name) > 60 ||
		slices.Contains(configs.Names("import"), name) {
		return &chaping.Error{Code: chaping.CodeUsage, Message: "导入模板不能叫“" + chaping.Shorten(name, 40) + "”",
			Remedy: "用别的名称，不含 / 等符号，不与自带模板同名"}
	}
	return nil
}

func (a *App) writeProfile(p *importer.Profile) error {
	data, err := p.YAML()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(a.Path(importDir), 0o755); err != nil {
		return err
	}
	return report.WriteFile(a.Path(importDir, p.Name+".yaml"), func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
}
