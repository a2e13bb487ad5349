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
	chaping.AdviceAddress:        "请管理员写明门户的地址，再启动程序",
	chaping.AdviceDrain:          "数据库恢复后会自动写入；暂存的数据不会丢失，也不会重复",
	chaping.AdviceCentre:         "请管理员在“对接”页填写",
	chaping.AdviceDraft:          "先由人核实、修改，去掉草稿标记后再冻结",
	chaping.AdviceMentions:       "刷新页面，从列表中选择",
	chaping.AdviceSender:         "在表上补填，或选择是哪个监测站报送的",
	chaping.AdviceReason:         "在“更正原因”里写明为什么更正，再冻结",
	chaping.AdviceRuns:           "在“运行”页里选",
	chaping.AdviceVersions:       "在“报送表”页查看已冻结的版本",
	chaping.AdvicePurged:         "以前冻结的版本仍在“报送表”页；要重新生成，请管理员恢复备份，或重新导入",
	chaping.AdviceUnfinished:     "等导入做完，或再导入一次那个文件，或在“运行”页撤销那次导入；确实要照现有的评论冻结，在“报送表”页写明理由",
	chaping.AdviceEmptyPeriod:    "在“监测任务”里采集，或在“导入评论”里导入本期的评论，再冻结",
	chaping.AdviceServerBackup:   "评论在 ClickHouse 服务器上，请管理员用服务器自己的办法备份",
	chaping.AdviceQueryTime:      "缩小查询范围",
	chaping.AdviceQueryMemory:    "缩小查询范围",
	chaping.AdviceQueryLimits:    "去掉 SETTINGS",
	chaping.AdviceQueryFunctions: "只能用按参数计算的函数（算术、字符串、日期、数组、条件、聚合、窗口）",
	chaping.AdviceSiteOff:        "请管理员在“设置”页启用它，或从监测任务中去掉",
	chaping.AdviceDataDir:        "请管理员修改该目录的权限，或换一个数据目录启动程序",
	chaping.AdviceShareStore:     "请管理员让本程序使用共用的 ClickHouse 服务器，或不设 Redis",
	chaping.AdviceShareQueues:    "请管理员设好共用的 Redis 服务器",
	chaping.AdviceOtherPort:      "请管理员停掉占用该端口的程序",
	chaping.AdviceHighPort:       "请管理员换一个 1024 以上的端口",
	chaping.AdvicePlans:          "刷新页面，从列表中选择",
	chaping.AdviceDrainAgain:     "请管理员恢复数据库，再导入或采集一次，从中断处继续",
	chaping.AdviceEvidence:       "网页只保存一段时间；评论本身还在",
	chaping.AdviceRestore:        "请管理员把恢复做完，再启动程序",
	chaping.AdviceEmptyDir:       "请管理员换一个空目录",
	chaping.AdviceColumns:        "给文件补上这一列",
	chaping.AdviceLeave: "取得授权后，由管理员在“设置”页新建站点配置，内容为 extends: %s 和 authorized_by: 授权方与授权文件；" +
		"没有授权时可在“导入评论”页导入平台或商家提供的导出文件",
}
