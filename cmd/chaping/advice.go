package main

import (
	"fmt"

	"chaping"
)

// wordAdvice says with commands and flags what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain:       "数据库恢复后运行 chaping store drain；暂存的数据不会丢失，也不会重复",
	chaping.AdviceCentre:      "用 --to 写明",
	chaping.AdviceReason:      "更正须说明原因：加 --reason；要重新输出已冻结的版本，用 --version",
	chaping.AdviceVersions:    "用 chaping report versions 查看已冻结的版本",
	chaping.AdvicePurged:      "以前冻结的版本仍可用 chaping report versions 查看、重新输出；要重新生成，先恢复备份或重新导入",
	chaping.AdviceEmptyPeriod: "检查采集是否在运行（chaping runs），采集或导入之后再冻结；经人核实确实没有评论的，用 chaping report platform --freeze --empty 说明由谁怎样核实",
}
