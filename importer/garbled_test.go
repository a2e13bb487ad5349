package importer

import (
	"fmt"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping/ingest/foreign"
)

// Rare characters are no proof that a text is garbled: only what is there when it
// is read in another charset.
func TestGarbledByEvidence(t *testing.T) {
	file := func(list []string) string {
		s := "商品名称,评分,评论内容,评论时间\n"
		for i, text := range list {
			s += fmt.Sprintf("水壶,1,%s,2026-11-%02d\n", text, i%20+1)
		}
		return s
	}
	misread := func(text string, from, to encoding.Encoding) string {
		raw, err := from.NewEncoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		s, err := to.NewDecoder().String(raw)
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	traditional := []string{"這個電熱水壺燒開後會漏電，嚇壞了", "蓋子鬆動，壺嘴開裂還劃傷手指", "買來兩週就壞，賣家沒有處理", "質量極差，異味刺鼻，頭暈噁心"}
	for name, list := range map[string][]string{
		"traditional":      traditional,
		"default texts":    {"此用戶沒有填寫評價", "系統默認好評", "買家未作評價", "評價方未及時做出評價，系統默認好評!"},
		"Cantonese":        {"呢個煲煲到一半就爆咗，嚇死我哋", "啲水唔識滾，仲漏電添"},
		"rare names":       {"龘靐齉爩麤灪", "犇羴鱻猋骉", "堃喆翀旻昇煊"},
		"Japanese":         {"電源を入れたら煙が出ました", "壊れやすい、返品しました", "焦げ臭い匂いがする"},
		"quotes and stops": {"“很好”……", "————————差", "“““差評”””——"},
		"accents":          {"déjà cassé, très déçu", "zu heiß, überhitzt völlig", "ÄÖÜ ÄÖÜ éèê"},
	} {
		for n := range list {
			if _, sum, _ := texts(t, "a.csv", file(list[n:]), Options{}); sum.Refused > 0 || sum.Decoded > 0 {
				t.Errorf("%s: %+v", name, sum)
			}
		}
	}
	simplified := []string{"这个电热水壶烧开以后会漏电，吓坏了", "买来两周就坏了，卖家没有处理", "盖子松动，我的手划伤了很不好"}
	latin := misread(simplified[0], encoding.Nop, charmap.ISO8859_1)
	for name, list := range map[string][]string{
		"UTF-8 as GBK, cut": {strings.TrimSuffix(strings.ToValidUTF8(misread(simplified[0][:len(simplified[0])-1], encoding.Nop, simplifiedchinese.GB18030), ""), "\uFFFD") + "?"},
		"UTF-8 as Latin":    {latin[:len(latin)-2]},
		"Big5 as GBK":       {misread(strings.Join(traditional, "的是不了一我很好有用"), foreign.Charset("big5"), simplifiedchinese.GB18030)},
		"GBK as Big5":       {misread(strings.Join(simplified, "的是不了一我很好有用"), simplifiedchinese.GBK, foreign.Charset("big5"))},
	} {
		// Correct ones beside them are read.
		_, sum, sink := texts(t, "a.csv", file(append(list, traditional...)), Options{})
		if sum.Refused != int64(len(list)) || sink.reviews[0].Text != traditional[0] {
			t.Errorf("%s: %q %+v", name, list, sum)
		}
	}
}
