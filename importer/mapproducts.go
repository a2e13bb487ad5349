package importer

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"chaping"
	"chaping/ingest"
)

// titles tells titles of reviews from names of products: those of one product
// differ. Where nothing else names products, a column whose values are nearly all
// different is none of products: each review would be one of its own.
func (m *mapper) titles() {
	i, ok := m.column[fieldProduct]
	if !ok || i < 0 || m.how[i] != Likely || m.mapped(fieldTitle) || len(m.vocabulary.fits(m.samples[i].name)) < 2 {
		return
	}
	products := map[int]string{}
	for _, field := range []string{fieldURL, fieldProductID} {
		if j, ok := m.column[field]; ok && j >= 0 {
			for k, value := range m.samples[j].values {
				if field == fieldURL {
					value = productOf(value)
				}
				if value != "" {
					products[m.samples[j].at[k]] = value
				}
			}
		}
	}
	names := map[string]map[string]bool{}
	for k, value := range m.samples[i].values {
		if product := products[m.samples[i].at[k]]; product != "" {
			if names[product] == nil {
				names[product] = map[string]bool{}
			}
			names[product][value] = true
		}
	}
	several := 0
	for _, set := range names {
		if len(set) > 1 {
			several++
		}
	}
	distinct := map[string]bool{}
	for _, value := range m.samples[i].values {
		distinct[value] = true
	}
	rows := len(m.samples[i].values)
	if several*2 > len(names) || len(products) == 0 && rows > 1 && len(distinct)*5 >= rows*4 {
		delete(m.column, fieldProduct)
		switch fits := m.vocabulary.fits(m.samples[i].name); {
		case fits[fieldTitle] > 0:
			m.set(i, fieldTitle, Likely)
		case !m.has(fieldBuyer):
			m.set(i, fieldBuyer, Likely)
		default:
			m.field[i], m.how[i] = "", ""
		}
	}
}

// price asks about prices that interfaces give in fen: whole numbers from a
// thousand that end in zero.
func (m *mapper) price() {
	i, ok := m.column[fieldPrice]
	if ok && i >= 0 && m.how[i] != ByPerson {
		m.highest(i)
	}
	if !ok || i < 0 || m.how[i] == ByPerson || !m.options.Profile.Understand || m.u.Format != formatJSON && m.u.Format != formatLines {
		return
	}
	for _, value := range m.samples[i].values {
		if ingest.PriceOf(value, m.samples[i].name, "") != value { // its name says in what it is
			return
		}
		if n, err := strconv.Atoi(value); err != nil || n < 1000 || n%10 != 0 {
			return
		}
	}
	m.ask(Question{Kind: AskField, Column: m.samples[i].name, Field: fieldPrice, Samples: m.examples(i),
		Text:    fmt.Sprintf("列“%s”像是以分为单位的价格，没有用。是以元为单位、要用吗？", m.samples[i].name),
		Assumed: "价格留空"})
	m.unset(i, "像是以分为单位的价格")
}

// highest takes in the column of the highest price, or of the lowest, where i is
// that of the other.
func (m *mapper) highest(i int) {
	ends := func(name string) (low, high bool) {
		plain := plainName(name)
		return containsAny(plain, "最低", "min", "low"), containsAny(plain, "最高", "max", "high")
	}
	low, high := ends(m.samples[i].name)
	for j, s := range m.samples {
		otherLow, otherHigh := ends(s.name)
		if m.field[j] == "" && m.vocabulary.exact(s.name) == fieldPrice && (low && otherHigh || high && otherLow) {
			m.field[j], m.how[j] = fieldPrice, ByName
			return
		}
	}
}

func (m *mapper) products() {
	m.u.pagesOfReviews = m.ownPages()
	m.oneID()
	facts := m.options.Facts
	if given := facts.ProductID; given != "" && m.mapped(fieldProductID) && m.options.Profile.Understand {
		s := m.samples[m.column[fieldProductID]]
		if slices.ContainsFunc(s.values, func(value string) bool { id, _ := ingest.ID(value); return id != given }) {
			m.ask(Question{Kind: AskUnused, Column: s.name, Field: fieldProductID, Samples: m.examples(m.column[fieldProductID]),
				Text: fmt.Sprintf("另外指定了商品编号 %s，文件里有列“%s”。", chaping.Shorten(given, 40), s.name), Assumed: "以列里的为准，空着的行用指定的"})
		}
	}
	if facts.ProductID != "" || facts.Product != "" || m.u.titles.products() {
		return
	}
	if m.mapped(fieldProductID) || m.mapped(fieldProduct) {
		m.gaps()
		return
	}
	if i, ok := m.column[fieldURL]; ok && i >= 0 {
		found := 0
		for _, value := range m.samples[i].values {
			if productOf(value) != "" {
				found++
			}
		}
		if found*5 >= len(m.samples[i].values)*4 {
			return
		}
	}
	if m.options.ProductFromTable || m.options.Profile.ProductFromTable {
		return
	}
	for _, t := range m.u.Tables {
		if t.Skipped == "" && t.Name != "" && t.Name != m.u.File && len(m.u.Tables) > 1 && m.u.Format != formatJSON && m.u.Format != formatLines {
			m.ask(Question{Kind: AskSheet, Field: fieldProduct, Text: fmt.Sprintf("工作表的名称（如“%s”）是商品名称吗？", chaping.Shorten(t.Name, 40)),
				Assumed: "不知道是哪件商品，不收录"})
			break
		}
	}
	m.ask(Question{Kind: AskProduct, Field: fieldProductID, Blocks: true, Text: "文件里没有商品编号或商品名称，是哪件商品的评论？",
		Assumed: "不知道是哪件商品，不收录"})
}

// oneID tells of an ID under which there are products that have nothing in common
// by their names.
func (m *mapper) oneID() {
	id, ok := m.column[fieldProductID]
	if !ok || id < 0 || !m.mapped(fieldProduct) {
		return
	}
	ids := map[int]string{}
	for k, value := range m.samples[id].values {
		ids[m.samples[id].at[k]] = value
	}
	first := map[string]string{}
	s := m.samples[m.column[fieldProduct]]
	for k, name := range s.values {
		of, _ := ingest.ID(ids[s.at[k]])
		if strings.Trim(of, "0") == "" {
			continue
		}
		if before, ok := first[of]; !ok {
			first[of] = name
		} else if before != name && !alike(before, name) {
			m.ask(Question{Kind: AskGuess, Column: m.samples[id].name, Field: fieldProductID, Samples: m.examples(id),
				Text: fmt.Sprintf("同一编号下有不同的商品（如 %s：%s、%s），列“%s”是商品编号吗？", chaping.Shorten(of, 20),
					chaping.Shorten(before, 20), chaping.Shorten(name, 20), m.samples[id].name), Assumed: "同一编号算同一件商品"})
			return
		}
	}
}

// alike tells whether two names have two characters in a row in common.
func alike(a, b string) bool {
	a, b = plainName(a), plainName(b)
	pairs := map[string]bool{}
	runes := []rune(a)
	for i := range max(len(runes)-1, 0) {
		pairs[string(runes[i:i+2])] = true
	}
	runes = []rune(b)
	for i := range max(len(runes)-1, 0) {
		if pairs[string(runes[i:i+2])] {
			return true
		}
	}
	return strings.Contains(a, b) || strings.Contains(b, a)
}

// ownPages tells whether each row has an ID of its own in its address: those of
// products come again.
func (m *mapper) ownPages() bool {
	i, ok := m.column[fieldURL]
	if !ok || i < 0 || !m.mapped(fieldProduct) || len(m.samples[i].values) < 6 {
		return false
	}
	ids, names := map[string]bool{}, map[string]bool{}
	for _, value := range m.samples[i].values {
		ids[productOf(value)] = true
	}
	for _, value := range m.samples[m.column[fieldProduct]].values {
		names[value] = true
	}
	return len(ids)*10 > len(m.samples[i].values)*9 && len(names)*2 < len(ids)
}

func (m *mapper) shops() {
	used := 0
	for _, t := range m.u.Tables {
		if t.Skipped == "" && t.Name != "" {
			used++
		}
	}
	if used > 1 && !m.mapped(fieldShop) && m.options.Facts.Shop == "" && !m.options.ShopFromTable &&
		!m.options.Profile.ShopFromTable {
		m.ask(Question{Kind: AskShop, Field: fieldShop, Text: "文件有几张工作表，没有店铺列。工作表的名称是店铺名称吗？",
			Assumed: map[bool]string{true: "按标题里写的，没有写的留空", false: "店铺留空"}[m.u.titles.say(fieldShop)]})
	}
}
