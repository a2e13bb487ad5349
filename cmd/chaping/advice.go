package main

import (
	"fmt"

	"chaping"
)

// wordAdvice says with commands and flags what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceDrain:       "数据库恢复后运行 chaping store drain；暂存的数据不会丢失，也不会重复",
	chaping.AdviceSiteOff:     "请管理员在门户的“设置”页启用它，或从监测任务中去掉",
	chaping.AdviceDataDir:     "修改该目录的权限，或用 --data 指定另一个数据目录",
	chaping.AdviceShareStore:  "用 --store 写明共用的服务器",
	chaping.AdviceShareQueues: "用 --redis 写明",
	chaping.AdviceOtherPort:   "用 --addr 换一个端口，例如 --addr 127.0.0.1:0 由系统挑选空闲端口；或先停掉占用该端口的程序",
	chaping.AdviceHighPort:    "用 --addr 换一个 1024 以上的端口，例如 --addr 127.0.0.1:8848",
	chaping.AdviceLeave: "取得授权后另写一个站点配置，内容为 extends: %s 和 authorized_by: 授权方与授权文件；" +
		"没有授权时可导入平台或商家提供的导出文件（chaping import）",
}
