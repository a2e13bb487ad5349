package main

import (
	"fmt"

	"chaping"
)

// wordAdvice says with commands and flags what is to be done.
func wordAdvice(a chaping.Advice) string { return fmt.Sprintf(advice[a.Code], a.Params...) }

var advice = map[chaping.AdviceCode]string{
	chaping.AdviceAddress:     "用 --url 写明门户的地址，例如 https://portal.example.com",
	chaping.AdviceDrain:       "数据库恢复后运行 chaping store drain；暂存的数据不会丢失，也不会重复",
	chaping.AdviceSiteOff:     "请管理员在门户的“设置”页启用它，或从监测任务中去掉",
	chaping.AdviceDataDir:     "修改该目录的权限，或用 --data 指定另一个数据目录",
	chaping.AdviceShareStore:  "用 --store 写明共用的服务器",
	chaping.AdviceShareQueues: "用 --redis 写明",
	chaping.AdviceOtherPort:   "用 --addr 换一个端口，例如 --addr 127.0.0.1:0 由系统挑选空闲端口；或先停掉占用该端口的程序",
	chaping.AdviceHighPort:    "用 --addr 换一个 1024 以上的端口，例如 --addr 127.0.0.1:8848",
	chaping.AdvicePlans:       "用 chaping schedule list 查看",
	chaping.AdviceDrainAgain:  "恢复数据库后运行 chaping store drain，再重新运行，从中断处继续",
	chaping.AdviceEvidence:    "用 chaping evidence list 查看现有的",
	chaping.AdviceRestore:     "等恢复做完；已经中断的，再运行一次 chaping restore 备份文件 --data 这个目录，它会清掉半成品从头恢复",
	chaping.AdviceEmptyDir:    "用 --data 指定一个空目录，核对无误后再换过去；本命令不覆盖数据",
	chaping.AdviceColumns:     "给文件补上这一列，或用 --text、--label 指定列名",
	chaping.AdviceLeave: "取得授权后另写一个站点配置，内容为 extends: %s 和 authorized_by: 授权方与授权文件；" +
		"没有授权时可导入平台或商家提供的导出文件（chaping import）",
	chaping.AdviceCentre:         "用 --to 写明",
	chaping.AdviceDraft:          "先由人核实、修改，把 json 里的 draft 改为 false，再用 --from 读入",
	chaping.AdviceMentions:       "用 chaping review list 查看编号，核对 --period",
	chaping.AdviceSender:         "在表上补填，或用 --station 写明监测站",
	chaping.AdviceReason:         "更正须说明原因：加 --reason；要重新输出已冻结的版本，用 --version",
	chaping.AdviceRuns:           "用 chaping runs 查看各次运行的编号",
	chaping.AdviceVersions:       "用 chaping report versions 查看已冻结的版本",
	chaping.AdvicePurged:         "以前冻结的版本仍可用 chaping report versions 查看、重新输出；要重新生成，先恢复备份或重新导入",
	chaping.AdviceUnfinished:     "用同样的参数再导入一次那个文件，直到做完，或用 chaping import undo 撤销那次导入；暂存的用 chaping store drain 写入；确实要照现有的评论冻结，用 chaping report platform --freeze --unfinished 说明由谁决定、为什么",
	chaping.AdviceEmptyPeriod:    "检查采集是否在运行（chaping runs），采集或导入之后再冻结；经人核实确实没有评论的，用 chaping report platform --freeze --empty 说明由谁怎样核实",
	chaping.AdviceServerBackup:   "在服务器上用 BACKUP DATABASE … TO Disk(…)，见 docs/sizing.md；本机其余文件用不带 --store 的 chaping backup 备份",
	chaping.AdviceQueryTime:      "缩小查询范围，或用 --seconds 放宽",
	chaping.AdviceQueryMemory:    "缩小查询范围，或用 --memory 放宽",
	chaping.AdviceQueryLimits:    "去掉 SETTINGS；行数、时间、内存用 --rows、--seconds、--memory",
	chaping.AdviceQueryFunctions: "只能用按参数计算的函数（算术、字符串、日期、数组、条件、聚合、窗口），清单见 chaping query sql --help",
}
