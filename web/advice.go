package web

import (
	"fmt"

	"chaping"
)

// wordAdvice says with pages and buttons what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

// remedyOf is what is to be done about an error.
func remedyOf(e *chaping.Error) string {
	if e.Advice.Code != "" {
		return wordAdvice(e.Advice)
	}
	return e.Remedy
}

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain:       "数据库恢复后会自动写入；暂存的数据不会丢失，也不会重复",
	chaping.AdviceCentre:      "请管理员在“对接”页填写",
	chaping.AdviceReason:      "在“更正原因”里写明为什么更正，再冻结",
	chaping.AdviceVersions:    "在“报送表”页查看已冻结的版本",
	chaping.AdvicePurged:      "以前冻结的版本仍在“报送表”页；要重新生成，请管理员恢复备份，或重新导入",
	chaping.AdviceEmptyPeriod: "在“监测任务”里采集，或在“导入评论”里导入本期的评论，再冻结",
}
