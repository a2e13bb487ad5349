package web

import (
	"net/http"

	"chaping/station"
)

// A route is one thing that can be asked for.
type route struct {
	method  string
	pattern string
	roles   []station.Role // who may; nobody named: everybody, also without login
	handle  func(*request) error
	title   string // of the page, or what the audit log calls the change
	option
}

// option is what is special about a route.
type option struct {
	nav    string // heading of the navigation that it stands under
	data   bool   // works on the installation's reviews
	export bool   // hands out data: audited though it changes nothing
	quiet  bool   // changes nothing that counts though it is posted: not audited
	upload bool   // reads its body itself
}

func (r route) public() bool  { return len(r.roles) == 0 }
func (r route) audited() bool { return r.export || r.method != http.MethodGet && !r.quiet }

// Who may. Platform stations work; centre and bureau read what they do.
var (
	everyone  = []station.Role(nil)
	members   = station.Roles()
	workers   = []station.Role{station.RolePlatform}
	readers   = []station.Role{station.RolePlatform, station.RoleCentre, station.RoleBureau}
	watchers  = []station.Role{station.RolePlatform, station.RoleCentre, station.RoleBureau, station.RoleAdmin}
	fillers   = []station.Role{station.RoleAssociation, station.RoleCentre}
	authors   = []station.Role{station.RolePlatform, station.RoleAssociation}
	senders   = []station.Role{station.RolePlatform, station.RoleAssociation, station.RoleCentre}
	concerned = []station.Role{station.RolePlatform, station.RoleAssociation, station.RoleCentre, station.RoleBureau}
	centre    = []station.Role{station.RoleCentre}
	admins    = []station.Role{station.RoleAdmin}
	auditors  = []station.Role{station.RoleBureau, station.RoleAdmin}
)

func nav(heading string) option  { return option{nav: heading} }
func data(heading string) option { return option{nav: heading, data: true} }

// allRoutes is everything that the portal answers to, besides /assets. The
// order is that of the navigation.
func allRoutes() []route {
	return []route{
		{"GET", "/healthz", everyone, (*request).health, "健康检查", option{}},
		{"GET", "/login", everyone, (*request).loginPage, "登录", option{}},
		{"POST", "/login", everyone, (*request).login, "登录", option{quiet: true}}, // audited by station.Login
		{"POST", "/logout", members, (*request).logout, "退出登录", option{}},
		{"GET", "/setup/{link}", everyone, (*request).setupPage, "设置账号", option{}},
		{"POST", "/setup/{link}", everyone, (*request).setup, "设置账号", option{}},
		{"GET", "/resume", members, (*request).resume, "继续提交", option{}},

		{"GET", "/{$}", members, (*request).dashboard, "本期工作", nav("监测")},
		{"GET", "/start", workers, (*request).startPage, "开始使用", option{data: true}},
		{"POST", "/start/sample", workers, (*request).startSample, "装入示例数据", option{data: true}},
		{"POST", "/start/sample/remove", workers, (*request).removeSample, "删除示例数据", option{data: true}},

		{"GET", "/watches", readers, (*request).watches, "监测任务", data("监测")},
		{"GET", "/watches/{id}", readers, (*request).watchPage, "监测任务", option{data: true}},
		{"POST", "/watches/{id}", workers, (*request).watchSave, "保存监测任务", option{data: true}},
		{"POST", "/watches/{id}/delete", workers, (*request).watchDelete, "删除监测任务", option{data: true}},
		{"POST", "/watches/{id}/collect", workers, (*request).watchCollect, "开始采集", option{data: true}},
		{"GET", "/import", workers, (*request).importPage, "导入评论", data("监测")},
		{"POST", "/import", workers, (*request).importFile, "导入评论", option{data: true, upload: true}},
		{"POST", "/mine", workers, (*request).mine, "开始挖掘", option{data: true}},
		{"GET", "/runs", watchers, (*request).runs, "运行", data("监测")},
		{"GET", "/jobs/{id}", watchers, (*request).jobPage, "运行", option{data: true}},
		{"GET", "/jobs/{id}/events", watchers, (*request).jobEvents, "运行进度", option{data: true}},
		{"POST", "/jobs/{id}/cancel", workers, (*request).jobCancel, "取消运行", option{data: true}},

		{"GET", "/review", readers, (*request).review, "证据复核", data("研判")},
		{"POST", "/review/judge", workers, (*request).judge, "复核证据", option{data: true}},
		{"GET", "/trends", readers, (*request).trends, "趋势", data("研判")},
		{"GET", "/trends/data", readers, (*request).trendData, "趋势数据", option{data: true}},
		{"GET", "/products", readers, (*request).products, "商品", data("研判")},
		{"GET", "/product", readers, (*request).product, "商品", option{data: true}},
		{"GET", "/product/data", readers, (*request).productData, "商品数据", option{data: true}},
		{"GET", "/urgent", concerned, (*request).urgents, "重要风险信息", nav("研判")},
		{"GET", "/urgent/new", senders, (*request).urgentNew, "报送重要风险信息", option{}},
		{"POST", "/urgent/new", senders, (*request).urgentWrite, "报送重要风险信息", option{}},
		{"GET", "/urgent/{id}", concerned, (*request).urgentPage, "重要风险信息", option{}},
		{"GET", "/urgent/{id}/download", concerned, (*request).urgentDownload, "下载重要风险信息", option{export: true}},
		{"POST", "/urgent/{id}", workers, (*request).urgentDecide, "处理重要风险信息候选", option{data: true}},
		{"GET", "/lexicon", readers, (*request).lexiconPage, "词库", data("研判")},
		{"GET", "/lexicon/term", readers, (*request).termPage, "词条", option{data: true}},
		{"POST", "/lexicon/term", workers, (*request).termSave, "修改词库", option{data: true}},
		{"POST", "/lexicon/preview", workers, (*request).termPreview, "预览词库修改", option{data: true, quiet: true}},
		{"GET", "/lexicon/preview/{id}", workers, (*request).termPreviewResult, "预览词库修改", option{data: true}},
		{"GET", "/lexicon/versions", readers, (*request).lexiconVersions, "词库版本", option{data: true}},

		{"GET", "/sheets", readers, (*request).sheets, "报送表", data("报送")},
		{"GET", "/sheets/preview", readers, (*request).sheetPreview, "报送表预览", option{data: true}},
		{"POST", "/sheets/freeze", workers, (*request).sheetFreeze, "冻结报送表", option{data: true}},
		{"POST", "/sheets/submit", workers, (*request).sheetSubmit, "登记报送", option{data: true}},
		{"GET", "/sheets/download", readers, (*request).sheetDownload, "下载报送表", option{data: true, export: true}},
		{"GET", "/form", fillers, (*request).sheetForm, "填写报送表", nav("报送")},
		{"POST", "/form", fillers, (*request).formSave, "填写报送表", option{quiet: true}},
		{"GET", "/form/preview", fillers, (*request).formPreview, "报送表预览", option{}},
		{"POST", "/form/freeze", fillers, (*request).formFreeze, "冻结报送表", option{}},
		{"POST", "/form/submit", fillers, (*request).formSubmit, "报送", option{}},
		{"GET", "/form/download", fillers, (*request).formDownload, "下载报送表", option{export: true}},
		{"GET", "/annual", authors, (*request).annual, "年度报告", nav("报送")},
		{"POST", "/annual", authors, (*request).annualSave, "撰写年度报告", option{quiet: true}},
		{"POST", "/annual/figures", authors, (*request).annualFigures, "更新年度数字", option{}},
		{"POST", "/annual/lists", authors, (*request).annualList, "导入年度清单", option{upload: true}},
		{"GET", "/annual/preview", authors, (*request).annualPreview, "年度报告预览", option{}},
		{"POST", "/annual/freeze", authors, (*request).annualFreeze, "冻结年度报告", option{}},
		{"POST", "/annual/submit", authors, (*request).annualSubmit, "报送", option{}},
		{"GET", "/annual/download", authors, (*request).annualDownload, "下载年度报告", option{export: true}},
		{"GET", "/calendar", members, (*request).calendar, "报送日历", nav("报送")},
		{"GET", "/calendar.ics", members, (*request).calendarFile, "下载日历", option{}},

		{"GET", "/inbox", concerned, (*request).inbox, "收件", nav("协同")},
		{"POST", "/inbox", senders, (*request).handIn, "提交报送文件", option{upload: true}},
		{"GET", "/submissions/{id}", concerned, (*request).original, "下载报送文件", option{export: true}},
		{"GET", "/bulletins", concerned, (*request).bulletins, "通报与反馈", nav("协同")},
		{"POST", "/bulletins", centre, (*request).issue, "发布通报", option{}},
		{"GET", "/cases", concerned, (*request).cases, "协同处置", nav("协同")},
		{"GET", "/cases/{id}", concerned, (*request).casePage, "处置案件", option{}},
		{"POST", "/cases/{id}", centre, (*request).caseSave, "保存处置案件", option{}},
		{"POST", "/cases/{id}/notes", senders, (*request).caseNote, "记入处置案件", option{}},
		{"GET", "/assessment", concerned, (*request).assessment, "考核评价", nav("协同")},
		{"GET", "/assessment.csv", concerned, (*request).assessmentFile, "下载考核评价", option{export: true}},
		{"POST", "/assessment", centre, (*request).weightsSave, "修改考核权重", option{}},
		{"POST", "/assessment/rules", centre, (*request).rulesSave, "修改考核起始期", option{}},

		{"GET", "/accounts", admins, (*request).accounts, "账号", nav("管理")},
		{"POST", "/accounts", admins, (*request).accountAdd, "新建账号", option{}},
		{"GET", "/accounts/{id}", admins, (*request).accountPage, "账号", option{}},
		{"POST", "/accounts/{id}", admins, (*request).accountSave, "修改账号", option{}},
		{"POST", "/accounts/{id}/reset", admins, (*request).accountReset, "重置账号", option{}},
		{"GET", "/stations", admins, (*request).stations, "监测站名单", nav("管理")},
		{"POST", "/stations/{id}", admins, (*request).stationSave, "修改监测站名单", option{}},
		{"GET", "/settings", admins, (*request).settings, "设置", nav("管理")},
		{"POST", "/settings", admins, (*request).settingsSave, "修改设置", option{}},
		{"POST", "/settings/sites", admins, (*request).sitesSave, "启用、停用站点", option{}},
		{"POST", "/settings/plans", admins, (*request).planSave, "修改计划时间", option{}},
		{"POST", "/settings/run", admins, (*request).planRun, "运行计划", option{}},
		{"POST", "/settings/backups", admins, (*request).backUp, "备份", option{}},
		{"GET", "/audit", auditors, (*request).audit, "操作记录", nav("管理")},
		{"GET", "/audit.csv", auditors, (*request).auditFile, "下载操作记录", option{export: true}},
		{"GET", "/me", members, (*request).me, "我的账号", nav("管理")},
		{"POST", "/me/password", members, (*request).myPassword, "修改密码", option{}},
		{"POST", "/me/totp", members, (*request).myTOTP, "设置验证器", option{}},
	}
}
