package web

import (
	"net/http"

	"chaping/analysis"
	"chaping/app"
	"chaping/station"
)

// A route is one thing that can be asked for: as a page, and where it says
// what comes out, by programs too (api.go).
type route struct {
	method  string
	pattern string
	roles   []station.Role // who may; nobody named: everybody, also without login
	handle  func(*request) error
	title   string // of the page, or what the audit log calls the change
	option
	in  string // the fields that it reads; see fields
	out any    // what programs get; nil: the route is for people only
}

// option is what is special about a route.
type option struct {
	nav    string // heading of the navigation that it stands under
	data   bool   // works on the installation's reviews
	export bool   // hands out data: audited though it changes nothing
	quiet  bool   // changes nothing that counts though it is posted: not audited
	upload bool   // reads its body itself
	files  bool   // takes a form that may come with files; see attached
	submit bool   // hands a report in
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
	overseers = []station.Role{station.RoleCentre, station.RoleBureau}
	centre    = []station.Role{station.RoleCentre}
	admins    = []station.Role{station.RoleAdmin}
	auditors  = []station.Role{station.RoleBureau, station.RoleAdmin}
)

func nav(heading string) option  { return option{nav: heading} }
func data(heading string) option { return option{nav: heading, data: true} }

// termFields are the fields of a dictionary term.
const termFields = "name! surfaces:lines field hazard severity:integer removed:boolean"

// sheetFields are those of sheet A, a list for every column, and annualFields
// those of the annual report.
const (
	sheetFields = "period station:integer version!:integer filler phone nothing:boolean " +
		"product:list companies:list region:list content:list analysis:list advice:list source:list kind:list dangers:list"
	annualFields = "year:integer version!:integer products:lines texts:text-*"
)

// allRoutes is everything that the portal answers to, besides /assets. The
// order is that of the navigation.
func allRoutes() []route {
	return []route{
		{"GET", "/healthz", everyone, (*request).health, "健康检查", option{}, "", nil},
		{"GET", "/readyz", everyone, (*request).ready, "就绪检查", option{}, "", nil},
		{"GET", "/metrics", everyone, (*request).metrics, "运行指标", option{}, "", nil},
		{"GET", "/login", everyone, (*request).loginPage, "登录", option{}, "next", nil},
		{"POST", "/login", everyone, (*request).login, "登录", option{quiet: true}, "next name! password! code", nil}, // audited by station.Login
		{"GET", "/login/oidc", everyone, (*request).providerLogin, "登录", option{}, "next", nil},
		{"GET", "/login/oidc/callback", everyone, (*request).providerAnswer, "登录", option{}, "", nil}, // audited by station.LoginAs
		{"GET", "/login/oidc/logout", everyone, (*request).providerLogout, "退出登录", option{}, "", nil},
		{"POST", "/logout", members, (*request).logout, "退出登录", option{}, "", nil},
		{"GET", "/setup/{link}", everyone, (*request).setupPage, "设置账号", option{}, "", nil},
		{"POST", "/setup/{link}", everyone, (*request).setup, "设置账号", option{}, "name person password! again! station station_name kind", nil},
		{"POST", "/theme", everyone, (*request).themeSave, "外观", option{quiet: true}, "theme back", nil},
		{"GET", "/search", members, (*request).search, "搜索", option{}, "q", searchPage{}},
		{"GET", "/help", everyone, (*request).help, "帮助", option{}, "", nil},
		{"GET", "/help/all", everyone, (*request).helpWhole, "帮助", option{}, "", nil},
		{"GET", "/help/pictures/{file}", everyone, (*request).helpPicture, "帮助的图片", option{}, "", nil},
		{"GET", "/help/{page}", everyone, (*request).helpPage, "帮助", option{}, "", nil},
		{"GET", "/resume", members, (*request).resume, "继续提交", option{}, "", nil},

		{"GET", "/{$}", members, (*request).dashboard, "本期工作", nav("监测"), "period", either{dashboardPage{}, homePage{}}},
		{"GET", "/dashboards", members, (*request).dashboards, "看板", nav("监测"), "", nil}, // an account's own, and tokens have none
		{"POST", "/dashboards", members, (*request).dashboardSave, "新建看板", option{}, "name! roles:list", nil},
		{"GET", "/dashboards/{id}", members, (*request).dashboardView, "看板", option{}, "edit", nil},
		{"POST", "/dashboards/{id}", members, (*request).dashboardSave, "修改看板", option{}, "name! roles:list", nil},
		{"POST", "/dashboards/{id}/delete", members, (*request).dashboardDelete, "删除看板", option{}, "", nil},
		{"POST", "/dashboards/{id}/tiles", members, (*request).tileAdd, "修改看板", option{}, "title source! shape width", nil},
		{"POST", "/dashboards/{id}/tiles/{tile}", members, (*request).tileMove, "修改看板", option{}, "do!", nil},
		{"POST", "/first-week", members, (*request).firstWeekDone, "收起第一周要办的事", option{quiet: true}, "back", nil},
		{"GET", "/start", workers, (*request).startPage, "开始使用", option{data: true}, "", nil},
		{"POST", "/start/sample", workers, (*request).startSample, "装入示例数据", option{data: true}, "", nil},
		{"POST", "/start/sample/remove", workers, (*request).removeSample, "删除示例数据", option{data: true}, "", nil},

		{"GET", "/watches", readers, (*request).watches, "监测任务", data("监测"), "", watchesPage{}},
		{"GET", "/watches/{id}", readers, (*request).watchPage, "监测任务", option{data: true}, "", watchPage{}},
		{"POST", "/watches/{id}", workers, (*request).watchSave, "保存监测任务", option{data: true}, "version:integer name! keywords!:lines sets:list terms:lines sources:list", moved{}},
		{"POST", "/watches/{id}/delete", workers, (*request).watchDelete, "删除监测任务", option{data: true}, "version!:integer", moved{}},
		{"POST", "/watches/{id}/collect", workers, (*request).watchCollect, "开始采集", option{data: true}, "period full:boolean", moved{}},
		{"GET", "/import", workers, (*request).importPage, "导入评论", data("监测"), "", importPage{}},
		{"POST", "/import", workers, (*request).importFile, "导入评论", option{data: true, upload: true}, "file:file products:file profile keyword steps:boolean", moved{}},
		{"GET", "/import/profiles", workers, (*request).importProfiles, "导入模板", option{data: true}, "", profilesPage{}},
		{"POST", "/import/profiles", workers, (*request).importProfileSave, "修改导入模板", option{data: true}, "name! rename remove:boolean", moved{}},
		{"GET", "/import/{id}", workers, (*request).importLook, "核对各列", option{data: true}, "", lookPage{}},
		{"POST", "/import/{id}", workers, (*request).importChoose, "核对各列", option{data: true, quiet: true}, "columns:col-* table:tab-* is:is-* answers:answer-* keyword product shop region profile keep do", moved{}},
		{"GET", "/import/{id}/preview", workers, (*request).importPreview, "预览", option{data: true}, "", importPreview{}},
		{"POST", "/import/{id}/store", workers, (*request).importStore, "导入评论", option{data: true}, "", moved{}},
		{"POST", "/import/{id}/delete", workers, (*request).importDrop, "删除上传的文件", option{data: true}, "", moved{}},
		{"POST", "/mine", workers, (*request).mine, "开始挖掘", option{data: true}, "period n:integer", moved{}},
		{"GET", "/runs", watchers, (*request).runs, "运行", data("监测"), tableFields, runsPage{}},
		{"GET", "/runs/export", watchers, (*request).runs, "导出运行记录", option{data: true, export: true}, exportFields, file("*/*")},
		{"GET", "/runs/{id}", watchers, (*request).runDetail, "运行记录", option{data: true}, "", runPage{}},
		{"POST", "/runs/{id}/undo", workers, (*request).runUndo, "撤销导入", option{data: true}, "", moved{}},
		{"GET", "/jobs/{id}", members, (*request).jobPage, "运行", option{data: true}, "", jobView{}},
		{"GET", "/jobs/{id}/events", members, (*request).jobEvents, "运行进度", option{data: true}, "", file("text/event-stream")},
		{"POST", "/jobs/{id}/cancel", workers, (*request).jobCancel, "取消运行", option{data: true}, "", moved{}},

		{"GET", "/review", readers, (*request).review, "证据复核", data("研判"), "period state:unreviewed|confirmed|rejected|all term keyword grade:negative|hidden after as:table|cards " + tableFields, reviewPage{}},
		{"GET", "/review/export", readers, (*request).review, "导出证据", option{data: true, export: true}, "period state:unreviewed|confirmed|rejected|all term keyword grade:negative|hidden " + exportFields, file("*/*")},
		{"POST", "/review/judge/many", workers, (*request).judgeMany, "复核多条证据", option{data: true}, "period ids!:list verdict reason note back", moved{}},
		{"POST", "/review/judge", workers, (*request).judge, "复核证据", option{data: true}, "period id! verdict reason note back", moved{}},
		{"GET", "/review/sample", readers, (*request).samplePage, "抽样复核", option{data: true}, "period", samplePage{}},
		{"POST", "/review/sample", workers, (*request).plan, "抽取复核样本", option{data: true}, "period interval:number", moved{}},
		{"POST", "/review/read", workers, (*request).read, "复核没有命中的评论", option{data: true}, "period id! verdict! marks:list back", moved{}},
		{"GET", "/quality", readers, (*request).accuracyPage, "数字有多准", data("研判"), "period", accuracyPage{}},
		{"GET", "/analysis", readers, (*request).analysis, "分析", data("研判"), pivotFields() + " " + tableFields, pivotPage{}},
		{"GET", "/analysis/data", readers, (*request).analysisData, "分析的图", option{data: true}, pivotFields(), pivot{}},
		{"GET", "/analysis/export", readers, (*request).analysis, "导出分析", option{data: true, export: true}, pivotFields() + " " + exportFields, file("*/*")},
		{"GET", "/analysis/sentences", readers, (*request).analysisSentences, "原句", option{data: true}, pivotFields(), sentencesPage{}},
		{"GET", "/trends", readers, (*request).trends, "趋势", data("研判"), "n:6|12|24 keyword hazard:hazard count:negative|affirmed", trendsPage{}},
		{"GET", "/trends/data", readers, (*request).trendData, "趋势数据", option{data: true}, "n:6|12|24 keyword hazard:hazard count:negative|affirmed", trendTable{}},
		{"GET", "/pictures/{id}", readers, (*request).picture, "图片", option{data: true}, "size:small", file("image/jpeg")},
		{"GET", "/products", readers, (*request).products, "商品", data("研判"), "period term keyword " + tableFields, productsPage{}},
		{"GET", "/products/export", readers, (*request).products, "导出商品", option{data: true, export: true}, "period term keyword " + exportFields, file("*/*")},
		{"GET", "/product", readers, (*request).product, "商品", option{data: true}, "platform! id! period term", productPage{}},
		{"GET", "/product/data", readers, (*request).productData, "商品数据", option{data: true}, "platform! id!", []analysis.ProductMonth{}},
		{"GET", "/urgent", concerned, (*request).urgents, "重要风险信息", nav("研判"), "page:positive older:positive", urgentPage{}},
		{"GET", "/urgent/new", senders, (*request).urgentNew, "报送重要风险信息", option{}, "", urgentForm{}},
		{"POST", "/urgent/new", senders, (*request).urgentWrite, "报送重要风险信息", option{submit: true}, "station:integer trigger!:integer product! event! place companies harm spread content! measures advice source filler! phone! found!", moved{}},
		{"GET", "/urgent/{id}", concerned, (*request).urgentPage, "重要风险信息", option{}, "", writtenPage{}},
		{"GET", "/urgent/{id}/download", concerned, (*request).urgentDownload, "下载重要风险信息", option{export: true}, "format!", file("*/*")},
		{"POST", "/urgent/{id}/push", senders, (*request).urgentPush, "报送重要风险信息到研究中心", option{submit: true}, "", moved{}},
		{"POST", "/urgent/many", workers, (*request).urgentsDismiss, "排除多条重要风险信息候选", option{data: true}, "ids!:list reason! back", moved{}},
		{"POST", "/urgent/{id}", workers, (*request).urgentDecide, "处理重要风险信息候选", option{data: true}, "decision! reason!", moved{}},
		{"GET", "/lexicon", readers, (*request).lexiconPage, "词库", data("研判"), "field hazard:hazard only:edited|removed " + tableFields, lexiconPage{}},
		{"GET", "/lexicon/export", readers, (*request).lexiconPage, "导出词库", option{data: true, export: true}, "field hazard:hazard only:edited|removed " + exportFields, file("*/*")},
		{"POST", "/lexicon/switch", workers, (*request).termsSwitch, "停用、启用词条", option{data: true}, "base!:integer names!:list do! note! back", moved{}},
		{"GET", "/lexicon/coverage", readers, (*request).coverage, "词库没有听到的", option{data: true}, "period", coveragePage{}},
		{"GET", "/lexicon/term", readers, (*request).termPage, "词条", option{data: true}, "name surface note", termPage{}},
		{"POST", "/lexicon/term", workers, (*request).termSave, "修改词库", option{data: true}, "base!:integer new:boolean " + termFields + " note!", moved{}},
		{"POST", "/lexicon/preview", workers, (*request).termPreview, "预览词库修改", option{data: true, quiet: true}, "period " + termFields, previewPage{}},
		{"GET", "/lexicon/preview/{id}", workers, (*request).termPreviewResult, "预览词库修改", option{data: true}, "", previewPage{}},
		{"GET", "/lexicon/learning", readers, (*request).learning, "学习", option{data: true}, "", learningPage{}},
		{"POST", "/lexicon/learning", workers, (*request).learningAdopt, "采用学习结果", option{data: true}, "id!:integer", moved{}},
		{"POST", "/lexicon/learning/try", workers, (*request).learn, "从复核学习", option{data: true, quiet: true}, "", learntPage{}},
		{"POST", "/lexicon/learning/preview", workers, (*request).learningPreview, "预览学习结果", option{data: true, quiet: true}, "id!:integer period", previewPage{}},
		{"GET", "/lexicon/learning/try/{id}", workers, (*request).learnResult, "从复核学习", option{data: true}, "", learntPage{}},
		{"POST", "/lexicon/learning/revert", workers, (*request).learningRevert, "撤回学习结果", option{data: true}, "version!:integer", moved{}},
		{"GET", "/lexicon/versions", readers, (*request).lexiconVersions, "词库版本", option{data: true}, "a:integer b:integer", versionsPage{}},

		{"GET", "/sheets", readers, (*request).sheets, "报送表", data("报送"), "period watch:integer " + tableFields, sheetsPage{}},
		{"GET", "/sheets/export", readers, (*request).sheets, "导出报送表目录", option{data: true, export: true}, "period watch:integer " + exportFields, file("*/*")},
		{"GET", "/sheets/preview", readers, (*request).sheetPreview, "报送表预览", option{data: true}, "period watch:integer name version:integer", file("text/html")},
		{"POST", "/sheets/freeze", workers, (*request).sheetFreeze, "冻结报送表", option{data: true}, "period watch:integer name version:integer hash! reason decided", moved{}},
		{"POST", "/sheets/submit", workers, (*request).sheetSubmit, "登记报送", option{submit: true, data: true}, "period watch:integer name version!:integer", moved{}},
		{"POST", "/sheets/push", workers, (*request).sheetPush, "报送到研究中心", option{submit: true, data: true}, "period watch:integer name version!:integer", moved{}},
		{"GET", "/sheets/download", readers, (*request).sheetDownload, "下载报送表", option{data: true, export: true}, "period watch:integer name version:integer format!", file("*/*")},
		{"GET", "/prints/{id}", members, (*request).printShow, "生成 PDF", option{}, "", nil}, // programs wait for theirs
		{"GET", "/prints/{id}/file", members, (*request).printFile, "下载 PDF", option{export: true}, "", nil},
		{"POST", "/prints/{id}/cancel", members, (*request).printCancel, "取消 PDF", option{quiet: true}, "", nil},
		{"GET", "/form", fillers, (*request).sheetForm, "填写报送表", nav("报送"), "period station:integer", formPage{}},
		{"POST", "/form", fillers, (*request).formSave, "填写报送表", option{quiet: true}, "do " + sheetFields, moved{}},
		{"GET", "/form/preview", fillers, (*request).formPreview, "报送表预览", option{}, "period station:integer version:integer", file("text/html")},
		{"POST", "/form/preview", fillers, (*request).formTyped, "报送表预览", option{quiet: true}, sheetFields, file("text/html")},
		{"POST", "/form/freeze", fillers, (*request).formFreeze, "冻结报送表", option{submit: true}, "reason then " + sheetFields, moved{}},
		{"POST", "/form/submit", fillers, (*request).formSubmit, "报送", option{submit: true}, "period station:integer version!:integer", moved{}},
		{"POST", "/form/push", fillers, (*request).formPush, "报送到研究中心", option{submit: true}, "period station:integer version!:integer", moved{}},
		{"GET", "/form/download", fillers, (*request).formDownload, "下载报送表", option{export: true}, "period station:integer version:integer format!", file("*/*")},
		{"GET", "/annual", authors, (*request).annual, "年度报告", nav("报送"), "year:integer", annualPage{}},
		{"POST", "/annual", authors, (*request).annualSave, "撰写年度报告", option{quiet: true}, annualFields, moved{}},
		{"POST", "/annual/figures", authors, (*request).annualFigures, "更新年度数字", option{}, "year:integer", moved{}},
		{"POST", "/annual/lists", authors, (*request).annualList, "导入年度清单", option{upload: true}, "year:integer kind! remove file:file", either{moved{}, annualPage{}}},
		{"GET", "/annual/lists/{id}", authors, (*request).annualListLook, "核对年度清单", option{}, "", nil}, // programs send the list and are told
		{"POST", "/annual/lists/{id}", authors, (*request).annualListTake, "导入年度清单", option{}, "columns:col-* do", nil},
		{"GET", "/annual/preview", authors, (*request).annualPreview, "年度报告预览", option{}, "year:integer version:integer", file("text/html")},
		{"POST", "/annual/preview", authors, (*request).annualTyped, "年度报告预览", option{quiet: true}, annualFields, file("text/html")},
		{"POST", "/annual/freeze", authors, (*request).annualFreeze, "冻结年度报告", option{submit: true}, "reason then " + annualFields, moved{}},
		{"POST", "/annual/submit", authors, (*request).annualSubmit, "报送", option{submit: true}, "year:integer version!:integer", moved{}},
		{"GET", "/annual/download", authors, (*request).annualDownload, "下载年度报告", option{export: true}, "year:integer version:integer format!", file("*/*")},
		{"GET", "/calendar", members, (*request).calendar, "报送日历", nav("报送"), "year:integer", calendarPage{}},
		{"GET", "/calendar.ics", members, (*request).calendarFile, "下载日历", option{}, "year:integer", file("text/calendar")},

		{"GET", "/inbox", concerned, (*request).inbox, "收件", nav("协同"), "period " + tableFields, inboxPage{}},
		{"GET", "/inbox/export", concerned, (*request).inbox, "导出报送情况", option{export: true}, "period " + exportFields, file("*/*")},
		{"POST", "/inbox", senders, (*request).handIn, "提交报送文件", option{submit: true, upload: true}, "file!:file form period station:integer about name version:integer corrects:integer", app.Received{}},
		{"POST", "/inbox/urge", centre, (*request).urge, "催报", option{}, "period ids!:list note back", moved{}},
		{"GET", "/inbox/{id}", senders, (*request).handInLook, "核对报送文件", option{}, "", nil}, // programs get their receipt at once
		{"POST", "/inbox/{id}", senders, (*request).handInTake, "提交报送文件", option{submit: true}, "do period corrects:integer", nil},
		{"GET", "/submissions", concerned, (*request).submissions, "报送文件", option{}, tableFields, submissionsPage{}},
		{"GET", "/submissions/export", concerned, (*request).submissions, "导出报送文件目录", option{export: true}, exportFields, file("*/*")},
		{"GET", "/submissions/{id}", concerned, (*request).original, "下载报送文件", option{export: true}, "format", file("*/*")},
		{"GET", "/board", overseers, (*request).board, "汇总研判", nav("协同"), "period hazard:hazard " + tableFields, boardPage{}},
		{"GET", "/board/export", overseers, (*request).board, "导出线索", option{export: true}, "period hazard:hazard " + exportFields, file("*/*")},
		{"GET", "/board/data", overseers, (*request).boardData, "汇总研判", option{}, "period", boardTable{}},
		{"GET", "/board/download", overseers, (*request).boardDownload, "下载汇总表", option{export: true}, "period format!", file("*/*")},
		{"GET", "/board/lead", overseers, (*request).leadPage, "线索", option{}, "period id number:integer", leadPage{}},
		{"POST", "/board/leads", centre, (*request).leadsChange, "研判线索", option{}, "period ids!:list do! note assignee:integer back", moved{}},
		{"GET", "/bulletins", concerned, (*request).bulletins, "通报与反馈", nav("协同"), "", bulletinsPage{}},
		{"POST", "/bulletins", centre, (*request).issue, "发布通报", option{}, "kind! station:integer title! content!", moved{}},
		{"GET", "/bulletins/{id}", concerned, (*request).bulletinPage, "通报与反馈", option{}, "", bulletinPage{}},
		{"POST", "/bulletins/{id}/note", authors, (*request).takeNote, "签收通报", option{submit: true}, "", moved{}},
		{"GET", "/comments", concerned, (*request).comments, "意见", option{}, "kind! subject!:integer", commentsPage{}},
		{"POST", "/comments", senders, (*request).comment, "发表意见", option{submit: true, files: true}, "kind! subject!:integer content station:integer file:file back", moved{}},
		{"GET", "/attachments/{id}", concerned, (*request).attachment, "下载附件", option{export: true}, "", file("*/*")},
		{"GET", "/received", authors, (*request).receivedList, "研究中心来件", data("协同"), "", receivedPage{}},
		{"POST", "/received", authors, (*request).receivedFetch, "取研究中心来件", option{data: true, quiet: true}, "", moved{}},
		{"GET", "/received/{id}", authors, (*request).receivedOne, "研究中心来件", option{data: true}, "", receivedItem{}},
		{"POST", "/received/{id}", authors, (*request).receivedAnswer, "回复研究中心", option{data: true, files: true}, "content noted:boolean file:file", moved{}},
		{"GET", "/received/{id}/files/{sha256}", authors, (*request).receivedFile, "下载来件的附件", option{data: true, export: true}, "", file("*/*")},
		{"POST", "/exchange", authors, (*request).exchange, "取与本站有关的记录", option{submit: true, quiet: true}, "known", station.Exchange{}},
		{"POST", "/exchange/answers", authors, (*request).exchangeAnswer, "回复研究中心", option{submit: true, files: true}, "key! kind! subject!:integer content who noted:boolean file:file", moved{}},
		{"POST", "/exchange/attachments", authors, (*request).exchangeAttachment, "取附件", option{submit: true}, "id!:integer", file("*/*")},
		{"GET", "/cases", concerned, (*request).cases, "协同处置", nav("协同"), tableFields, casesPage{}},
		{"GET", "/cases/export", concerned, (*request).cases, "导出案件", option{export: true}, exportFields, file("*/*")},
		{"GET", "/cases/{id}", concerned, (*request).casePage, "处置案件", option{}, "urgent:integer period product hazard leads", either{casePage{}, moved{}}},
		{"POST", "/cases/{id}", centre, (*request).caseSave, "保存处置案件", option{}, "version:integer urgent:integer period product hazard leads kind! title! station:integer reporters:list lead responsible deadline found! judged warned disposed outcome", moved{}},
		{"POST", "/cases/{id}/notes", senders, (*request).caseNote, "记入处置案件", option{}, "measure done:boolean content", moved{}},
		{"GET", "/assessment", concerned, (*request).assessment, "考核评价", nav("协同"), "year:integer", assessmentPage{}},
		{"GET", "/assessment.csv", concerned, (*request).assessmentFile, "下载考核评价", option{export: true}, "year:integer", file("text/csv")},
		{"POST", "/assessment", centre, (*request).weightsSave, "修改考核权重", option{}, "year:integer timely!:number complete!:number leads!:number clean!:number target!:integer", moved{}},
		{"POST", "/assessment/rules", centre, (*request).rulesSave, "修改考核起始期", option{}, "year:integer since hours:integer stations:since-*", moved{}},

		{"GET", "/accounts", admins, (*request).accounts, "账号", nav("管理"), "", accountsPage{}},
		{"POST", "/accounts", admins, (*request).accountAdd, "新建账号", option{}, "name! person roles!:list station:integer", linkPage{}},
		{"GET", "/accounts/{id}", admins, (*request).accountPage, "账号", option{}, "", accountPage{}},
		{"POST", "/accounts/{id}", admins, (*request).accountSave, "修改账号", option{}, "person roles!:list station:integer disabled:boolean version!:integer", moved{}},
		{"POST", "/accounts/{id}/reset", admins, (*request).accountReset, "重置账号", option{}, "", linkPage{}},
		{"GET", "/stations", admins, (*request).stations, "监测站名单", nav("管理"), "", stationsPage{}},
		{"POST", "/stations/{id}", admins, (*request).stationSave, "修改监测站名单", option{}, "version:integer name! kind! status", moved{}},
		{"GET", "/settings", admins, (*request).settings, "设置", nav("管理"), "", settingsPage{}},
		{"POST", "/settings", admins, (*request).settingsSave, "修改设置", option{}, "version!:integer contact phone page_days:integer pinned_days:integer", moved{}},
		{"POST", "/settings/sites", admins, (*request).sitesSave, "启用、停用站点", option{}, "version!:integer on!:list", moved{}},
		{"GET", "/settings/sites/{name}", admins, (*request).site, "站点配置", option{}, "from", sitePage{}},
		{"POST", "/settings/sites/{name}", admins, (*request).siteSave, "保存站点配置", option{}, siteFields, moved{}},
		{"POST", "/settings/sites/{name}/check", admins, (*request).siteCheck, "检查、试读站点配置", option{}, siteFields + " do!", sitePage{}},
		{"POST", "/settings/sites/{name}/delete", admins, (*request).siteDelete, "删除站点配置", option{}, "hash!", moved{}},
		{"POST", "/settings/plans", admins, (*request).planSave, "修改计划", option{}, "plan! every day:integer weekday:list at step:integer cron off:boolean", moved{}},
		{"POST", "/settings/run", admins, (*request).planRun, "运行计划", option{}, "plan!", moved{}},
		{"POST", "/settings/channels", admins, (*request).channelSave, "修改通知渠道", option{}, "was name! type! events:list station:integer url secret server tls user password from to:lines remove:boolean", moved{}},
		{"POST", "/settings/channels/test", admins, (*request).channelTest, "试发通知", option{}, "name!", moved{}},
		{"POST", "/settings/backups", admins, (*request).backUp, "备份", option{}, "name restore:boolean", moved{}},
		{"GET", "/tokens", admins, (*request).tokens, "对接", nav("管理"), "", tokensPage{}},
		{"POST", "/tokens", admins, (*request).tokenAdd, "新建令牌", option{}, "name! role! station:integer scopes!:list days:integer", nil}, // no token makes another
		{"POST", "/tokens/{id}/revoke", admins, (*request).tokenRevoke, "停用令牌", option{}, "", moved{}},
		{"POST", "/centre", admins, (*request).centreSave, "设置研究中心地址", option{}, "url token", nil},
		{"GET", "/audit", auditors, (*request).audit, "操作记录", nav("管理"), "before:integer " + tableFields, auditPage{}},
		{"GET", "/audit/export", auditors, (*request).audit, "导出操作记录", option{export: true}, "before:integer " + exportFields, file("*/*")},
		{"GET", "/audit.csv", auditors, (*request).auditFile, "下载操作记录", option{export: true}, "", file("text/csv")},
		{"GET", "/notices", members, (*request).noticesPage, "通知", option{}, "", nil}, // an account's own, and tokens have none
		{"POST", "/notices", members, (*request).noticesSeen, "通知标为已读", option{quiet: true}, "", nil},
		{"POST", "/notices/{id}", members, (*request).noticeOpen, "打开通知", option{quiet: true}, "", nil},
		{"POST", "/views", members, (*request).viewSave, "保存视图", option{quiet: true}, "list! name! query back", nil}, // an account's own, and tokens have none
		{"POST", "/views/{id}/delete", members, (*request).viewDelete, "删除视图", option{quiet: true}, "back", nil},
		{"GET", "/me", members, (*request).me, "我的账号", nav("管理"), "", nil},
		{"POST", "/me/password", members, (*request).myPassword, "修改密码", option{}, "old! password! again!", nil},
		{"POST", "/me/totp", members, (*request).myTOTP, "设置验证器", option{}, "password! secret code off", nil},
	}
}
