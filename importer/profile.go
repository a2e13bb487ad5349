package importer

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"chaping/ingest"
	"chaping/ingest/foreign"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/configs"
)

// A Profile maps the columns of a CSV or XLSX export, or the keys of a JSON
// object, to a review and the facts of its product.
type Profile struct {
	Name     string
	Platform struct{ ID, Name string }
	// Charset is "auto" (UTF-8 where the text is valid UTF-8, else GB18030)
	// or a WHATWG encoding label such as "gbk". XLSX is always UTF-8.
	Charset string
	// Fields names, for every field, the columns or JSON paths (gjson
	// syntax) that may hold it; the first that a row has wins.
	Fields map[string][]string
	// Required fields refuse the row when empty, and the file when a table's
	// header lacks them.
	Required []string
	// Dates are layouts of package time, or "unix" and "unix_ms" for numbers
	// of seconds or milliseconds. Dates without a zone are Asia/Shanghai.
	Dates  []string
	Rating struct {
		Version                string
		Max, Negative, Neutral int
	}
	// Understand lets the importer find out what columns are whose names the
	// profile does not have, see Inspect; Ignore are names of columns that
	// are known and not needed, with * for any text.
	Understand bool
	Ignore     []string
	// Scale says how a column writes ratings that are not on the rule's
	// scale: as numbers up to Max, as 1, 0 and -1 for 好评, 中评 and 差评, with 1 as
	// the best, or with 0 as the worst and not as none.
	Scale struct {
		Max      float64
		Signed   bool
		Reversed bool
		Zero     bool
	}
	// FillDown, ShopFromTable, SkipVoid and ProductFromTable are the options of that name, as they
	// were answered for the file that the profile was made from.
	FillDown         bool `yaml:"fill_down"`
	ShopFromTable    bool `yaml:"shop_from_table"`
	SkipVoid         bool `yaml:"skip_void"`
	ProductFromTable bool `yaml:"product_from_table"`
	// RowNumbers says that the IDs of reviews count the rows of the file: rows that
	// follow up a review name it by them, and other files have them, too.
	RowNumbers bool `yaml:"row_numbers"`
	// Signature is that of the file that the profile was made from: files with
	// the same columns have the same, see Understanding.
	Signature string
	// ProductURL makes the item page's address from {product_id} where no
	// column holds it.
	ProductURL string `yaml:"product_url"`
	// DefaultTexts are what the platform writes for a buyer who wrote
	// nothing, besides what chaping.DefaultTexts knows.
	DefaultTexts []string `yaml:"default_texts"`
}

// The fields that a profile can map.
const (
	fieldID         = "id"
	fieldKeyword    = "product_keyword"
	fieldProductID  = "product_id"
	fieldProduct    = "product"
	fieldURL        = "url"
	fieldPrice      = "price"
	fieldShop       = "shop"
	fieldShopID     = "shop_id"
	fieldRegion     = "region"
	fieldPublished  = "published"
	fieldRating     = "rating"
	fieldText       = "text"
	fieldAppended   = "appended"
	fieldAppendedAt = "appended_at"
	fieldTitle      = "title"
	fieldBuyer      = "buyer"
	fieldPictures   = "pictures"
	fieldVideos     = "videos"
	fieldPlatform   = "platform"
	fieldMore       = "more_text"
	fieldSpeaker    = "speaker"
	fieldState      = "state"
	fieldCaptured   = "captured_at"
	fieldClock      = "clock"
	fieldCurrency   = "currency"
	fieldParent     = "parent"
)

const fieldCount = 27 // one more than there are fields

// fieldIndex is a small number for each field.
func fieldIndex(field string) int {
	switch field {
	case fieldID:
		return 0
	case fieldKeyword:
		return 1
	case fieldProductID:
		return 2
	case fieldProduct:
		return 3
	case fieldURL:
		return 4
	case fieldPrice:
		return 5
	case fieldShop:
		return 6
	case fieldShopID:
		return 7
	case fieldRegion:
		return 8
	case fieldPublished:
		return 9
	case fieldRating:
		return 10
	case fieldText:
		return 11
	case fieldAppended:
		return 12
	case fieldAppendedAt:
		return 13
	case fieldTitle:
		return 14
	case fieldBuyer:
		return 15
	case fieldPictures:
		return 16
	case fieldVideos:
		return 17
	case fieldPlatform:
		return 18
	case fieldMore:
		return 19
	case fieldSpeaker:
		return 20
	case fieldState:
		return 21
	case fieldCaptured:
		return 22
	case fieldClock:
		return 23
	case fieldCurrency:
		return 24
	case fieldParent:
		return 25
	}
	return fieldCount - 1
}

func fieldNames() []string {
	return []string{fieldID, fieldKeyword, fieldProductID, fieldProduct, fieldURL, fieldPrice, fieldShop, fieldShopID,
		fieldRegion, fieldPublished, fieldRating, fieldText, fieldAppended, fieldAppendedAt, fieldTitle, fieldBuyer,
		fieldPictures, fieldVideos, fieldPlatform, fieldMore, fieldSpeaker, fieldState, fieldCaptured, fieldClock, fieldCurrency,
		fieldParent}
}

// Shipped is a profile that is shipped with the program.
func Shipped(name string) (*Profile, error) {
	data, err := configs.Files.ReadFile("import/" + name + ".yaml")
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "没有这个导入模板：" + name,
			Remedy: "自带模板有 " + strings.Join(configs.Names("import"), "、")}
	}
	return LoadProfile(name+".yaml", bytes.NewReader(data))
}

// YAML is the profile as LoadProfile reads it.
func (p *Profile) YAML() ([]byte, error) {
	type rating struct {
		Version                string
		Max, Negative, Neutral int
	}
	type scale struct {
		Max      float64 `yaml:"max,omitempty"`
		Signed   bool    `yaml:"signed,omitempty"`
		Reversed bool    `yaml:"reversed,omitempty"`
		Zero     bool    `yaml:"zero,omitempty"`
	}
	out := struct {
		Name         string              `yaml:"name"`
		Platform     map[string]string   `yaml:"platform"`
		Charset      string              `yaml:"charset"`
		Fields       map[string][]string `yaml:"fields"`
		Required     []string            `yaml:"required"`
		Dates        []string            `yaml:"dates"`
		Rating       rating              `yaml:"rating"`
		Scale        *scale              `yaml:"scale,omitempty"`
		FillDown     bool                `yaml:"fill_down,omitempty"`
		ShopFrom     bool                `yaml:"shop_from_table,omitempty"`
		SkipVoid     bool                `yaml:"skip_void,omitempty"`
		ProductFrom  bool                `yaml:"product_from_table,omitempty"`
		RowNumbers   bool                `yaml:"row_numbers,omitempty"`
		Signature    string              `yaml:"signature,omitempty"`
		ProductURL   string              `yaml:"product_url,omitempty"`
		DefaultTexts []string            `yaml:"default_texts,omitempty"`
		Understand   bool                `yaml:"understand,omitempty"`
		Ignore       []string            `yaml:"ignore,omitempty"`
	}{Name: p.Name, Platform: map[string]string{"id": p.Platform.ID,
		"name": p.Platform.Name}, Charset: p.Charset, Fields: p.Fields, Required: p.Required, Dates: p.Dates,
		Rating: rating(
			p.Rating,
		), Signature: p.Signature, ProductURL: p.ProductURL, DefaultTexts: p.DefaultTexts, Understand: p.Understand, Ignore: p.Ignore,
		FillDown: p.FillDown, ShopFrom: p.ShopFromTable, SkipVoid: p.SkipVoid, ProductFrom: p.ProductFromTable, RowNumbers: p.RowNumbers}
	if s := scale(p.Scale); s != (scale{}) {
		out.Scale = &s
	}
	return yaml.Marshal(out)
}

// LoadProfile reads a mapping profile. The name stands in error messages.
// Unknown keys, fields and charsets are errors that name the place.
func LoadProfile(name string, r io.Reader) (*Profile, error) {
	data, err := io.ReadAll(io.LimitReader(r, 1<<20))
	if err != nil {
		return nil, err
	}
	var p Profile
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&p); err != nil {
		problem := "不是有效的 YAML：" + strings.TrimPrefix(err.Error(), "yaml: ")
		if errors.Is(err, io.EOF) {
			problem = "文件是空的"
		}
		return nil, &chaping.InputError{File: name, Problem: problem, Remedy: "对照 configs/import/standard.yaml 改正"}
	}
	fault := func(field, value, problem, remedy string) error {
		return &chaping.InputError{File: name, Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	if p.Platform.ID == "" {
		return nil, fault("platform.id", "", "缺少平台代号", "写一个英文短代号，例如 id: jd")
	}
	for f := range p.Fields {
		if !slices.Contains(fieldNames(), f) {
			return nil, fault("fields", f, "没有这个字段", "可用字段："+strings.Join(fieldNames(), "、"))
		}
	}
	p.Required = append(p.Required, fieldPublished, fieldText)
	slices.Sort(p.Required)
	p.Required = slices.Compact(p.Required)
	for _, f := range p.Required {
		if len(p.Fields[f]) == 0 {
			return nil, fault("fields."+f, "", "必需的字段没有对应的列", "在 fields 下写明列名，例如 "+f+": [列名]")
		}
	}
	if p.Charset == "" {
		p.Charset = charsetAuto
	}
	if err := p.SetCharset(p.Charset); err != nil {
		var e *chaping.InputError
		if errors.As(err, &e) {
			e.File = name
		}
		return nil, err
	}
	if len(p.Dates) == 0 {
		return nil, fault("dates", "", "没有日期格式", `例如 dates: ["2006-01-02 15:04:05"]`)
	}
	for _, format := range p.Dates {
		if !ingest.KnownFormat(format) {
			return nil, fault("dates", format, "不认识的日期格式", "写 any、unix、unix_ms，或以 2006 年 1 月 2 日 15:04:05 为样例写出格式")
		}
	}
	if err := p.rule().Validate(); err != nil {
		return nil, fault("rating", "", err.Error(), "对照 configs/import/standard.yaml 改正")
	}
	return &p, nil
}

// SetCharset changes the charset; an unknown one is an error.
func (p *Profile) SetCharset(label string) error {
	if label != charsetAuto {
		if foreign.Charset(label) == nil {
			return &chaping.InputError{Field: "charset", Value: label, Problem: "不认识的字符集",
				Remedy: "用 auto、utf-8、gbk 或 gb18030"}
		}
	}
	p.Charset = label
	return nil
}

func (p *Profile) rule() chaping.RatingRule {
	return chaping.RatingRule{Version: p.Rating.Version, Max: p.Rating.Max, Negative: p.Rating.Negative,
		Neutral: p.Rating.Neutral}
}

// gone adds what a saved profile has a column for and a table has not: an export
// changes, and then a rating would be missed without a word.
func (p *Profile) gone(list []Question, has func(field string) bool) []Question {
	if p.Signature == "" || p.Understand {
		return list
	}
	for _, field := range fieldNames() {
		names := p.Fields[field]
		if len(names) == 0 || has(field) || slices.Contains(p.Required, field) {
			continue
		}
		q := Question{Kind: AskGone, Column: names[0], Field: field, Assumed: "留空",
			Text: fmt.Sprintf("模板里的%s是列“%s”，文件里没有这一列。", TitleOf(field), names[0])}
		if field == fieldRating {
			q.Assumed = "没有评分，按评论文字判断差评"
		}
		if !slices.ContainsFunc(list, func(g Question) bool { return g.Text == q.Text }) {
			list = append(list, q)
		}
	}
	return list
}
