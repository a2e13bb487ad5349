package intake

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"chaping"
	"chaping/ingest/foreign"
)

// knownTypes are the content types of what honest forms hold: sheets, text,
// drawings and their data. Macros, embedded objects, controls and connections
// have others, whatever their parts are called.
var knownTypes = regexp.MustCompile(`^(?i:` +
	`(application|text)/xml|image/(png|jpe?g|gif|bmp|tiff|x-emf|x-wmf|emf|wmf|svg\+xml|vnd\.ms-photo)|application/x-font-?(data|ttf)` +
	`|application/vnd\.openxmlformats-package\.(relationships|core-properties)\+xml` +
	`|application/vnd\.openxmlformats-officedocument\.(vmlDrawing|obfuscatedFont|custom-properties\+xml|extended-properties\+xml|customXmlProperties\+xml|theme\+xml|themeOverride\+xml)` +
	`|application/vnd\.openxmlformats-officedocument\.(drawing|drawingml\.\w+)\+xml` +
	`|application/vnd\.openxmlformats-officedocument\.spreadsheetml\.(printerSettings|(sheet\.main|template\.main|worksheet|chartsheet|styles|sharedStrings|calcChain|comments|table|pivotTable|pivotCacheDefinition|pivotCacheRecords|sheetMetadata|userNames|revisionHeaders|revisionLog)\+xml)` +
	`|application/vnd\.openxmlformats-officedocument\.wordprocessingml\.(document\.main|document\.glossary|template\.main|styles|settings|webSettings|fontTable|numbering|footnotes|endnotes|header|footer|comments|commentsExtended|commentsIds|commentsExtensible|people)\+xml` +
	`|application/vnd\.ms-(excel|office|word)\.(chartstyle|chartcolorstyle|chartex|threadedcomments|person|slicer|slicerCache|timeline|timelineCache|stylesWithEffects|commentsExtended|commentsIds|commentsExtensible|rdrichvalue|rdrichvaluestructure|rdrichvaluetypes|richstyles|richvaluerel|rdsupportingpropertybag|rdsupportingpropertybagstructure|featurepropertybag|drawingml\.diagramDrawing|documenttasks)\+xml` +
	`|application/vnd\.wps-officedocument\.\w+\+xml` +
	`)$`)

// knownRelations are what parts of honest forms have to do with each other.
var knownRelations = regexp.MustCompile(
	`^(?i:officeDocument|core-properties|extended-properties|custom-properties|thumbnail|` +
		`worksheet|chartsheet|sharedStrings|styles|theme|themeOverride|calcChain|table|pivotTable|pivotCacheDefinition|pivotCacheRecords|sheetMetadata|usernames|revisionHeaders|revisionLog|` +
		`drawing|vmlDrawing|legacyDrawing\w*|image|chart|chartEx|chartUserShapes|chartStyle|chartColorStyle|diagram\w+|hdphoto|cellImage|printerSettings|` +
		`comments|comments(Extended|Ids|Extensible)|threadedComment|person|people|documenttasks|slicer|slicerCache|timeline|timelineCache|(rd)?rich\w+|rdRichValue\w*|rdSupportingPropertyBag\w*|FeaturePropertyBag|` +
		`settings|webSettings|fontTable|font|numbering|footnotes|endnotes|header|footer|stylesWithEffects|glossaryDocument|customXml|customXmlProps|hyperlink)$`,
)

// clickable is where a hyperlink may lead: a page, an address, or a file
// beside.
var clickable = regexp.MustCompile(`^(?i:(https?:|mailto:)|[^:\\/][^:\\]*$|$)`)

// checkArchive lets pass what is known of honest forms, and refuses the rest.
func checkArchive(archive *foreign.Archive) error {
	macros := &foreign.Fault{Problem: "文件含有宏", Remedy: "另存为不带宏的 xlsx 或 docx"}
	linked := &foreign.Fault{Problem: "文件引用了别的工作簿", Remedy: "在“数据 → 编辑链接”中断开链接，把引用换成数值后重新保存"}
	outside := &foreign.Fault{Problem: "文件引用了外部的内容（模板、图片或对象）", Remedy: "断开链接或把内容嵌入文件后重新保存"}
	embedded := func(what string) error {
		return &foreign.Fault{Problem: "文件含有报送表里不该有的内容（" + what + "）", Remedy: "把表复制到新建的空白文件里，另存为 xlsx 或 docx"}
	}
	for _, name := range archive.Names() {
		switch {
		case strings.HasSuffix(name, "vbaproject.bin"), strings.Contains(name, "macrosheets/"):
			return macros
		case strings.Contains(name, "externallinks/"):
			return linked
		case strings.HasSuffix(name, "/"):
			continue
		}
		if is, err := archive.Embedded(name); err != nil {
			return err
		} else if is {
			return embedded("嵌入的对象或改了名的宏 " + name)
		}
	}
	types, err := archive.Types()
	if err != nil {
		return err
	}
	for _, kind := range types {
		lower := strings.ToLower(kind)
		switch {
		case strings.Contains(lower, "macro"), strings.Contains(lower, "vba"):
			return macros
		case strings.Contains(lower, "externallink"):
			return linked
		case !knownTypes.MatchString(kind):
			return embedded(kind)
		}
	}
	relations, err := archive.AllRelations()
	if err != nil {
		return err
	}
	for _, r := range relations {
		lower := strings.ToLower(r.Type)
		link := lower == "hyperlink"
		switch {
		case strings.Contains(lower, "macro"), strings.Contains(lower, "vba"):
			return macros
		case strings.Contains(lower, "externallink"):
			return linked
		case link && r.External && !clickable.MatchString(r.Target),
			!link && (r.External || strings.ContainsAny(r.Target, `:\`) || strings.HasPrefix(r.Target, "//")):
			return outside
		case !knownRelations.MatchString(r.Type):
			return embedded(r.Type)
		}
	}
	return nil
}

// tellUnknown rejects the columns of a form's head that are none of the form's,
// or come twice: what stands in them is not read.
func tellUnknown(name string, t table, head int, columns []int, reject func(*chaping.InputError)) {
	l := t.lines[head]
	for c, cell := range l.cells {
		text := plain(cell)
		if text == "" || slices.Contains(columns, c) || slices.Contains([]string{"序号", "编号", "备注"}, text) ||
			c > 0 && cell == l.cells[c-1] {
			continue
		}
		reject(&chaping.InputError{File: filepath.Base(name), Line: l.number, Field: cellName(c, l.number), Value: cell,
			Problem: "报送表没有这一栏，或这一栏写了两次，其中的内容没有读入", Remedy: "改成表样上的栏目名，或删去这一栏"})
	}
}

// cellName is a place as workbooks show it.
func cellName(column, row int) string {
	letters := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return fmt.Sprintf("%s%d", letters, row)
}
