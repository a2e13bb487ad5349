package importer

import (
	"cmp"
	"slices"
	"strings"
	"unicode/utf8"

	"chaping"
	"chaping/ingest"
)

// A parsed row is a review with its product's listing, or what is wrong.
type parsed struct {
	row       row
	place     int
	review    chaping.Review
	buyer     string
	vague     bool // others may be called so
	listing   chaping.Listing
	marks     marks
	shop      string                // platform and shop that its row names
	seller    string                // the shop alone
	ownID     bool                  // the row has its product's ID
	decoded   bool                  // its text was encoded
	byContent bool                  // its ID was made of its content
	cut       bool                  // a shop's answer stood behind its text
	follows   bool                  // its text says that it follows another up
	parent    string                // what rows that follow up reviews call this one, or the one that this row follows up
	foreign   bool                  // its text is not in Chinese
	joined    bool                  // the product file has the product
	also      []string              // further keywords of the product
	notes     []*chaping.InputError // what is left out of the review
	fault     *chaping.InputError   // refuses the row
}

// words is a text that a file may say nothing in place of.
func words(s string) string {
	if ingest.Blank(s) {
		return ""
	}
	return s
}

// convert makes a review and its product's listing of a row.
func (im *run) convert(r *row, p *parsed) {
	fail := func(field, value, problem, remedy string) {
		p.fault = &chaping.InputError{Field: field, Value: value, Problem: problem, Remedy: remedy}
	}
	for _, f := range im.profile.Required {
		// A buyer may rate without a word: the text may be empty, not absent.
		if f == fieldText && r.has(f) {
			continue
		}
		if strings.TrimSpace(r.field(f)) == "" {
			fail(f, "", "必需的内容是空的（列 "+strings.Join(im.profile.Fields[f], " 或 ")+"）", "补上内容后重新导入这一行")
			return
		}
	}
	facts := im.facts(r, p)
	if facts.ProductID == "" {
		fail(fieldProductID, "", noProduct, "给文件加上商品编号或商品名称列，或另外指定商品编号")
		return
	}
	var err error
	if p.listing, err = im.profile.Listing(facts, im.Now); err != nil {
		problem, remedy := ingest.Unpriced(err)
		p.notes = append(p.notes, &chaping.InputError{Field: fieldPrice, Value: facts.Price, Problem: problem, Remedy: remedy})
	}
	text := im.legible(p, r.field(fieldText))
	if p.fault != nil {
		return
	}
	if own, cut := ingest.Buyers(text); cut {
		if own == "" && r.field(fieldRating) == "" && r.field(fieldAppended) == "" && r.field(fieldMore) == "" {
			p.marks.others = true // a row of the merchant's own
			return
		}
		text, p.cut = own, true
	}
	p.follows = strings.Contains(text, "追") && followUp.MatchString(text) // hardly any has the word
	record := ingest.Record{
		Product: facts.ProductID, Rating: r.field(fieldRating), Text: words(text),
		Appended: words(im.legible(p, r.field(fieldAppended))), AppendedAt: r.field(fieldAppendedAt), Told: im.told,
		Media: ingest.Media(r.field(fieldPictures), r.field(fieldVideos), nil),
	}
	if record.Rating == "" && (im.nameGrade != "" || im.sheetGrades) {
		record.Rating = im.gradeWord(r)
	}
	if more := r.field(fieldMore); more != "" {
		record.Text = joined(record.Text, more)
	}
	if value := strings.TrimSpace(text); ingest.FormulaError(value) {
		p.notes = append(p.notes, &chaping.InputError{Field: fieldText, Value: value,
			Problem: "单元格是公式错误，没有内容", Remedy: "原文以 =、+、- 开头的，在表格软件里把这一列设成文本，改回原文"})
	}
	if title := words(r.field(fieldTitle)); title != "" && !strings.Contains(record.Text, title) {
		record.Text = strings.TrimSpace(title + "\n" + record.Text)
	}
	p.buyer = ingest.Buyer(r.field(fieldBuyer))
	p.vague = ingest.VagueBuyer(p.buyer)
	id, damaged := ingest.ID(r.field(fieldID))
	if record.ID = id; im.profile.RowNumbers {
		record.ID = ""
	} else if damaged {
		record.ID = ""
		p.notes = append(p.notes, &chaping.InputError{Field: fieldID, Value: id, Problem: "编号被表格软件改成了科学计数法，不用它认评论",
			Remedy: "重新导出；在表格软件里把这一列设成文本再打开"})
	}
	if im.byRow {
		p.parent = im.parentOf(r, p, facts.ProductID)
	}
	record.Told = im.toldOf(r)
	published := r.field(fieldPublished)
	if len(im.profile.Fields[fieldClock]) > 0 {
		published = strings.TrimSpace(published + " " + words(r.field(fieldClock)))
	}
	if record.Published, p.fault = im.source.Published(published, record.Told); p.fault != nil {
		return
	}
	var notes []*chaping.InputError
	p.review, notes, p.fault = im.source.Review(&record)
	p.foreign = chaping.Foreign(p.review.Text)
	p.notes = append(p.notes, notes...)
}

// legible is a text of a row as its writer wrote it. One that is garbled and does
// not come back refuses the row.
func (im *run) legible(p *parsed, s string) string {
	text, decoded, garbled := ingest.Legible(s)
	if im.mojibake && !decoded {
		if back, ok := ingest.OfGBK(s); ok {
			text, decoded = back, true
		} else {
			garbled = garbled || utf8.RuneCountInString(s) > 3 && common(s) < soundPart && ingest.BrokenGBK(s)
		}
	}
	garbled = garbled || im.swapped && common(s) < soundPart && swapped(s, 0)
	if p.decoded = p.decoded || decoded; garbled {
		p.fault = &chaping.InputError{Field: fieldText, Value: s, Problem: "正文是乱码，还原不了",
			Remedy: "按正确的字符集重新导出；不要用表格软件打开后另存"}
	}
	return text
}

// soundPart is the part of common characters that Chinese texts have at least, and
// what was decoded wrong has not.
const soundPart = 0.6

// facts are those of a row's product: its own, then the product file's, then
// those of titles above it, then the caller's.
func (im *run) facts(r *row, p *parsed) Facts {
	facts, titles := rowFacts(r), titleFacts(r)
	for _, name := range []*string{&facts.Product, &facts.Shop, &facts.Keyword, &titles.Product, &titles.Shop, &titles.Keyword} {
		if text, decoded, _ := ingest.Legible(*name); decoded {
			*name = text
		} else if im.mojibake {
			*name, _ = ingest.OfGBK(*name)
		}
	}
	if (im.ShopFromTable || im.profile.ShopFromTable) && cmp.Or(facts.Shop, titles.Shop) == "" {
		facts.Shop = strings.TrimSpace(r.table)
	}
	id, damaged := ingest.ID(facts.ProductID)
	if strings.Trim(id, "0") == "" {
		id = "" // what a database has where it has none
	}
	facts.ProductID = cmp.Or(id, titles.ProductID, im.Facts.ProductID)
	if (im.ProductFromTable || im.profile.ProductFromTable) && cmp.Or(facts.Product, titles.Product) == "" {
		facts.Product = strings.TrimSpace(r.table)
	}
	if named, id := withoutID(facts.Product); id != "" {
		facts.Product, facts.ProductID = named, cmp.Or(facts.ProductID, id)
	}
	said := facts.Complete(titles) // of the row, in whichever way
	if facts.ProductID == "" && !im.pagesOfReviews {
		if of := productOf(said.URL); of != "" && !im.storedByName(&said) {
			facts.ProductID = of
		}
	}
	rounded := ingest.Rounded(facts.ProductID) && (im.rounded || len(facts.ProductID) >= sureRounded)
	known, ok := im.joins.find(facts.ProductID, damaged)
	if ok {
		facts.ProductID, p.joined = known.ProductID, true
	} else if damaged {
		p.notes = append(p.notes, &chaping.InputError{Field: fieldProductID, Value: id,
			Problem: "商品编号被表格软件改成了科学计数法，后面的数字已经丢失", Remedy: "重新导出；在表格软件里把这一列设成文本再打开"})
	}
	if !ok && (damaged || rounded) && said.Product != "" {
		facts.ProductID, known, titles.ProductID = "", Facts{}, ""
	}
	p.ownID = id != "" && !ok
	p.seller = said.Shop
	p.shop = strings.TrimSpace(strings.TrimSpace(words(r.field(fieldPlatform))) + " " + said.Shop)
	if !ok && len(im.Products) > 0 {
		if known, p.joined = im.byName.find(said.Product, said.Shop, facts.ProductID != ""); p.joined {
			known.ProductID = "" // it was not known before, nor will it be to a file without the table
		}
	}
	own := facts
	facts = facts.Complete(known).Complete(titles).Complete(im.Facts)
	p.also = facts.Also
	if facts.ProductID == "" { // with the table and without it
		own = own.Complete(titles).Complete(im.Facts)
		facts.ProductID = im.named(&own, strings.TrimSpace(words(r.field(fieldPlatform))))
	}
	return facts
}

// storedByName tells whether an earlier import has stored the product under its
// name: the same file once more has the same product, although its address says
// an ID.
func (im *run) storedByName(f *Facts) bool {
	if f.Product == "" {
		return false
	}
	shops, ok := im.Named[f.Product]
	return ok && (f.Shop == "" || slices.Contains(shops, f.Shop) || slices.Contains(shops, ""))
}

// NameID is the ID of a product that has only a name.
func NameID(name, shop string) string {
	if name == "" || shop == "" {
		return name
	}
	return name + "（" + shop + "）"
}

// sureRounded are so many digits that one ID in a thousand ends in as many zeros
// as a spreadsheet leaves.
const sureRounded = 18

// named is the ID of a product that has only a name, as exports of one shop often
// have: of the same name in two shops each is one. What an earlier import has
// stored under the name alone stays there.
func (im *run) named(f *Facts, platform string) string {
	if f.Product == "" || f.Shop == "" && platform == "" {
		return f.Product
	}
	if shops, ok := im.Named[f.Product]; ok && (f.Shop == "" || slices.Contains(shops, f.Shop) ||
		slices.Contains(shops, "")) {
		return f.Product
	}
	return NameID(f.Product, strings.TrimSpace(platform+" "+f.Shop))
}
