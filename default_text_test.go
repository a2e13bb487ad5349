package chaping

import (
	"strings"
	"testing"
)

func TestDefaultTexts(t *testing.T) {
	own := NewDefaultTexts([]string{"这位买家很懒，什么都没留下。"})
	for _, text := range []string{
		"系统默认好评", "系统默认好评！", " 系统默认评价 ", "默认好评", "系统自动好评", "系统默认五星好评",
		"此用户没有填写评价。", "此用户没有填写评论!", "此用户未填写评价内容", "此用户没有填写评价内容", "用户未填写评价内容",
		"此用户未及时填写评价内容", "此用户未及时填写评价内容，系统默认好评", "该用户未及时主动评价，系统默认好评",
		"评价方未及时做出评价,系统默认好评!", "评价方未及时做出评价，系统默认好评！", "买家未及时做出评价，系统默认好评",
		"15天内买家未作出评价", "该用户未填写文字评价", "该用户暂未填写评价", "用户未发表评价内容", "此用户未填写文字评论",
		"该买家未及时评价，系统默认5分好评", "这位买家很懒，什么都没留下", "买家没有写评语",
	} {
		if !own.Contain(text) {
			t.Errorf("%q is not recognised", text)
		}
	}
	for _, text := range []string{
		"", "！", "好评", "默认", "漏电了", "没有评价", "用户", "系统默认好评？不，我要给差评", "忘了评价，系统默认好评了，其实漏电",
		"此用户没有填写评价是因为被烫伤了", "买家未收到货", "用户体验没有好评", "系统自动关机", "之前系统默认好评，现在追评：漏水", "此用户没有好好用就评价",
		strings.Repeat("系统默认好评", 1000),
	} {
		if own.Contain(text) {
			t.Errorf("%q is taken for a default text", text)
		}
	}
	if (DefaultTexts{}).Contain("这位买家很懒，什么都没留下") || !(DefaultTexts{}).Contain("系统默认好评") {
		t.Error("the zero value should know the common texts and no others")
	}
}
