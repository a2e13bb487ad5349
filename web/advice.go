package web

import (
	"fmt"

	"chaping"
)

// wordAdvice says with the portal's pages and buttons what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain:       "请管理员恢复数据库；暂存的数据不会丢失，也不会重复，下一次导入或采集时写入",
	chaping.AdviceSiteOff:     "请管理员在“设置”页启用它，或从监测任务中去掉",
	chaping.AdviceDataDir:     "请管理员修改该目录的权限，或换一个数据目录启动程序",
	chaping.AdviceShareStore:  "请管理员让本程序使用共用的 ClickHouse 服务器，或不设 Redis",
	chaping.AdviceShareQueues: "请管理员设好共用的 Redis 服务器",
	chaping.AdviceOtherPort:   "请管理员停掉占用该端口的程序",
	chaping.AdviceHighPort:    "请管理员换一个 1024 以上的端口",
	chaping.AdviceLeave: "取得授权后，由管理员在数据目录的 sites 文件夹里另写一个站点配置，内容为 extends: %s 和 authorized_by: 授权方与授权文件；" +
		"没有授权时可在“导入评论”页导入平台或商家提供的导出文件",
}

// remedy is what an error advises, in the portal's words.
func remedy(known *chaping.Error) string {
	if known.Advice.Code != "" {
		return wordAdvice(known.Advice)
	}
	return known.Remedy
}
