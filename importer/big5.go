package importer

import (
	"strings"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"

	"chaping/ingest/foreign"
)

// Characters that every text of some length has, as Taiwan and Hong Kong and as
// the mainland write them.
const (
	commonTraditional = "的是不了一我很好有用在到都就也沒這個買電商品評價分時間內容日期名稱編號"
	commonSimplified  = "的是不了一我很好有用在到都就也没这个买电商品评价分时间内容日期名称编号"
)

// isBig5 tells whether bytes that are no UTF-8 are Big5. GB18030 reads them as
// well, as characters that nobody writes.
func isBig5(head []byte) bool {
	head = head[:min(len(head), 1<<14)]
	big5, wrong := commonIn(head, foreign.Charset("big5"), commonTraditional)
	gb, _ := commonIn(head, simplifiedchinese.GB18030, commonSimplified)
	return wrong*20 <= big5 && big5 > 2*gb+3
}

// commonIn counts the common characters in what bytes are in a charset, and those
// that are none.
func commonIn(head []byte, charset encoding.Encoding, common string) (found, wrong int) {
	text, _ := charset.NewDecoder().String(string(head)) // what is wrong is replaced
	for _, r := range text {
		switch {
		case r == '\uFFFD':
			wrong++
		case r >= 0x80 && strings.ContainsRune(common, r):
			found++
		}
	}
	return found, max(0, wrong-1) // the last character may be cut
}
