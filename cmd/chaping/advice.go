package main

import (
	"fmt"

	"chaping"
)

// wordAdvice says with commands and flags what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain: "数据库恢复后运行 chaping store drain；暂存的数据不会丢失，也不会重复",
}
