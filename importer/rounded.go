package importer

import (
	"fmt"

	"chaping/ingest"
)

// roundedProducts finds IDs of products that a spreadsheet has rounded: then
// several products have one, and only their names tell them apart.
func (m *mapper) roundedProducts() {
	if !m.mapped(fieldProductID) {
		return
	}
	i := m.column[fieldProductID]
	names := map[int]string{}
	if m.mapped(fieldProduct) {
		s := m.samples[m.column[fieldProduct]]
		for k, value := range s.values {
			names[s.at[k]] = value
		}
	}
	called := map[string]string{}
	long, rounded, several := 0, 0, false
	for k, value := range m.samples[i].values {
		id, _ := ingest.ID(value)
		name, seen := called[id]
		if !seen {
			called[id] = names[m.samples[i].at[k]]
			if len(id) > 15 {
				long++
			}
			if ingest.Rounded(id) {
				rounded++
			}
			continue
		}
		several = several || ingest.Rounded(id) && name != names[m.samples[i].at[k]]
	}
	if !several && (rounded < 2 || 2*rounded <= long) {
		return
	}
	m.u.rounded = true
	q := Question{Kind: AskIdentity, Column: m.samples[i].name, Field: fieldProductID, Samples: m.examples(i),
		Text:    fmt.Sprintf("列“%s”的编号第 15 位以后都是 0，被表格软件舍入过，几件商品会成为一件。", m.samples[i].name),
		Assumed: "按商品名称认商品"}
	if !m.mapped(fieldProduct) {
		q.Assumed = "照样用，编号相同的算一件；重新导出，把这一列设成文本"
	}
	m.ask(q)
}
