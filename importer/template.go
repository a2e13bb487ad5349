package importer

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// columnNotes say what to write into the columns of the template.
func columnNotes() []struct{ field, note, example string } {
	return []struct{ field, note, example string }{
		{fieldID, "平台给评论的编号；没有就留空，同一文件反复导入也不会重复", "10130791021"},
		{fieldKeyword, "报送表“关键词”一栏，例如 电热水壶；整个文件相同时可在导入时注明", "电热水壶"},
		{fieldProductID, "平台给商品的编号，设成文本格式，以免丢掉前面的零和后面的位数", "100012345678"},
		{fieldProduct, "商品的名称；没有编号时按名称区分商品", "某牌电热水壶 1.7L"},
		{fieldURL, "商品页的网址；可以留空", "https://"},
		{fieldPrice, "元，199.00 或 199.00-259.00；不知道就留空", "199.00"},
		{fieldShop, "店铺的名称；可以留空", "某牌旗舰店"},
		{fieldRegion, "营业执照上的所在区域；可以留空", "浙江省宁波市"},
		{fieldPublished, "必填。评论发表的时间，北京时间", "2026-11-05 15:30:00"},
		{fieldRating, "1 到 5，或 好评、中评、差评；没有就留空", "1"},
		{fieldText, "必填的列。买家写的原文；只打分没有写字的留空", "用了三天插头就发热"},
		{fieldAppended, "追加的评论；可以留空", ""},
		{fieldAppendedAt, "追评的时间；可以留空", ""},
		{fieldPictures, "买家的图片的网址，几张用分号隔开；可以留空", ""},
		{fieldVideos, "买家的视频的网址；可以留空", ""},
		{fieldBuyer, "买家昵称或订单号，只用来区分评论，不保存；可以留空", ""},
	}
}

// WriteTemplate writes an empty workbook with the columns that are known, a note
// on each.
func WriteTemplate(w io.Writer) error {
	f := excelize.NewFile()
	defer f.Close()
	const sheet, notes = "评论", "说明"
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return err
	}
	if _, err := f.NewSheet(notes); err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49})
	if err != nil {
		return err
	}
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: 49})
	if err != nil {
		return err
	}
	lines := [][]any{{"本页说明各列怎么填，导入时不读。"}, {"列", "怎么填", "例子"}}
	for i, c := range columnNotes() {
		column, err := excelize.ColumnNumberToName(i + 1)
		if err != nil {
			return err
		}
		title := TitleOf(c.field)
		if c.field == fieldBuyer {
			title = "买家昵称"
		}
		for _, err := range []error{
			f.SetColStyle(sheet, column, text), f.SetColWidth(sheet, column, column, 18), f.SetCellValue(sheet,
				column+"1", title), f.SetCellStyle(sheet, column+"1", column+"1", bold),
			f.AddComment(sheet, excelize.Comment{Cell: column + "1", Author: "chaping",
				Text: strings.TrimSpace(c.note + "。例：" + c.example)}),
		} {
			if err != nil {
				return err
			}
		}
		lines = append(lines, []any{title, c.note, c.example})
	}
	for i, line := range lines {
		if err := f.SetSheetRow(notes, fmt.Sprintf("A%d", i+1), &line); err != nil {
			return err
		}
	}
	if err := f.SetColWidth(notes, "B", "B", 60); err != nil {
		return err
	}
	return f.Write(w)
}
