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
	chaping.AdviceSiteOff:     "请管理员在“设置”页启用它，或从监测任务中去掉",
	chaping.AdviceDataDir:     "请管理员修改该目录的权限，或换一个数据目录启动程序",
	chaping.AdviceShareStore:  "请管理员让本程序使用共用的 ClickHouse 服务器，或不设 Redis",
	chaping.AdviceShareQueues: "请管理员设好共用的 Redis 服务器",
	chaping.AdviceOtherPort:   "请管理员停掉占用该端口的程序",
	chaping.AdviceHighPort:    "请管理员换一个 1024 以上的端口",
	chaping.AdvicePlans:       "刷新页面，从列表中选择",
	chaping.AdviceLeave: "取得授权后，由管理员在数据目录的 sites 文件夹里另写一个站点配置，内容为 extends: %s 和 authorized_by: 授权方与授权文件；" +
		"没有授权时可在“导入评论”页导入平台或商家提供的导出文件",
}
