package web

import (
	"fmt"

	"chaping"
)

// wordAdvice says with the portal's pages and buttons what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain: "请管理员恢复数据库；暂存的数据不会丢失，也不会重复，下一次导入或采集时写入",
}

// remedy is what an error advises, in the portal's words.
func remedy(known *chaping.Error) string {
	if known.Advice.Code != "" {
		return wordAdvice(known.Advice)
	}
	return known.Remedy
}
