// Code generated from the portal's OpenAPI document; go test ./client -update. DO NOT EDIT.

package client

import (
	"context"
	"encoding/json"
	"net/url"
	"time"
)

// GetHomeInput is what GetHome takes.
type GetHomeInput struct {
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetHome: 本期工作。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。回答是其中之一：DashboardPage、HomePage。
func (c *Client) GetHome(ctx context.Context, in GetHomeInput) (json.RawMessage, error) {
	return call[json.RawMessage](ctx, c, "GET", "/", in, nil)
}

// GetAccounts: 账号。令牌范围：admin。角色：管理员。
func (c *Client) GetAccounts(ctx context.Context) (AccountsPage, error) {
	return call[AccountsPage](ctx, c, "GET", "/accounts", nil, nil)
}

// PostAccountsInput is what PostAccounts takes.
type PostAccountsInput struct {
	Name    string   `json:"name"`              // 名称
	Person  string   `json:"person,omitempty"`  // 姓名
	Roles   []string `json:"roles"`             // 角色
	Station int64    `json:"station,omitempty"` // 监测站编号
}

// PostAccounts: 新建账号。令牌范围：admin。角色：管理员。
func (c *Client) PostAccounts(ctx context.Context, in PostAccountsInput) (LinkPage, error) {
	return call[LinkPage](ctx, c, "POST", "/accounts", in, nil)
}

// GetAccountsId: 账号。令牌范围：admin。角色：管理员。
func (c *Client) GetAccountsId(ctx context.Context, id string) (AccountPage, error) {
	return call[AccountPage](ctx, c, "GET", "/accounts/"+url.PathEscape(id), nil, nil)
}

// PostAccountsIdInput is what PostAccountsId takes.
type PostAccountsIdInput struct {
	Disabled bool     `json:"disabled,omitempty"` // 停用
	Person   string   `json:"person,omitempty"`   // 姓名
	Roles    []string `json:"roles"`              // 角色
	Station  int64    `json:"station,omitempty"`  // 监测站编号
	Version  int64    `json:"version"`            // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostAccountsId: 修改账号。令牌范围：admin。角色：管理员。
func (c *Client) PostAccountsId(ctx context.Context, id string, in PostAccountsIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/accounts/"+url.PathEscape(id), in, nil)
}

// PostAccountsIdReset: 重置账号。令牌范围：admin。角色：管理员。
func (c *Client) PostAccountsIdReset(ctx context.Context, id string) (LinkPage, error) {
	return call[LinkPage](ctx, c, "POST", "/accounts/"+url.PathEscape(id)+"/reset", nil, nil)
}

// GetAnalysisInput is what GetAnalysis takes.
type GetAnalysisInput struct {
	Cols     string            `json:"cols,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Columns  []string          `json:"columns,omitempty"`  // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Compare  string            `json:"compare,omitempty"`  //  before year
	Count    string            `json:"count,omitempty"`    //  negative affirmed hidden reviews rate
	District string            `json:"district,omitempty"` // 上海的区，如 浦东新区
	Filter   map[string]string `json:"filter,omitempty"`   // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	From     string            `json:"from,omitempty"`     // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
	Hazard   string            `json:"hazard,omitempty"`   //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword  string            `json:"keyword,omitempty"`  // 商品关键词
	Page     int64             `json:"page,omitempty"`     // 第几页，从 1 起
	Platform string            `json:"platform,omitempty"` // 平台
	Province string            `json:"province,omitempty"` // 省级行政区，如 浙江省，按公司所在区域认出；没有认出 也可以写
	Q        string            `json:"q,omitempty"`        // 查找的文字
	Region   string            `json:"region,omitempty"`   // 涉及区域
	Rows     string            `json:"rows,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Shop     string            `json:"shop,omitempty"`     // 文件里没有时的店铺名称
	Size     int64             `json:"size,omitempty"`     // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort     string            `json:"sort,omitempty"`     // 按哪一列排序，前加 - 为从大到小
	Span     string            `json:"span,omitempty"`     //  period last 6 12 30 year
	Term     string            `json:"term,omitempty"`     // 评论关键词
	To       string            `json:"to,omitempty"`       // 到哪一天；渠道：收件人
}

// GetAnalysis: 分析。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAnalysis(ctx context.Context, in GetAnalysisInput) (PivotPage, error) {
	return call[PivotPage](ctx, c, "GET", "/analysis", in, nil)
}

// GetAnalysisDataInput is what GetAnalysisData takes.
type GetAnalysisDataInput struct {
	Cols     string `json:"cols,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Compare  string `json:"compare,omitempty"`  //  before year
	Count    string `json:"count,omitempty"`    //  negative affirmed hidden reviews rate
	District string `json:"district,omitempty"` // 上海的区，如 浦东新区
	From     string `json:"from,omitempty"`     // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
	Hazard   string `json:"hazard,omitempty"`   //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword  string `json:"keyword,omitempty"`  // 商品关键词
	Platform string `json:"platform,omitempty"` // 平台
	Province string `json:"province,omitempty"` // 省级行政区，如 浙江省，按公司所在区域认出；没有认出 也可以写
	Region   string `json:"region,omitempty"`   // 涉及区域
	Rows     string `json:"rows,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Shop     string `json:"shop,omitempty"`     // 文件里没有时的店铺名称
	Span     string `json:"span,omitempty"`     //  period last 6 12 30 year
	Term     string `json:"term,omitempty"`     // 评论关键词
	To       string `json:"to,omitempty"`       // 到哪一天；渠道：收件人
}

// GetAnalysisData: 分析的图。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAnalysisData(ctx context.Context, in GetAnalysisDataInput) (Pivot, error) {
	return call[Pivot](ctx, c, "GET", "/analysis/data", in, nil)
}

// GetAnalysisExportInput is what GetAnalysisExport takes.
type GetAnalysisExportInput struct {
	Cols     string            `json:"cols,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Columns  []string          `json:"columns,omitempty"`  // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Compare  string            `json:"compare,omitempty"`  //  before year
	Count    string            `json:"count,omitempty"`    //  negative affirmed hidden reviews rate
	District string            `json:"district,omitempty"` // 上海的区，如 浦东新区
	Filter   map[string]string `json:"filter,omitempty"`   // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format   string            `json:"format"`             // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	From     string            `json:"from,omitempty"`     // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
	Hazard   string            `json:"hazard,omitempty"`   //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword  string            `json:"keyword,omitempty"`  // 商品关键词
	Platform string            `json:"platform,omitempty"` // 平台
	Province string            `json:"province,omitempty"` // 省级行政区，如 浙江省，按公司所在区域认出；没有认出 也可以写
	Q        string            `json:"q,omitempty"`        // 查找的文字
	Region   string            `json:"region,omitempty"`   // 涉及区域
	Rows     string            `json:"rows,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Shop     string            `json:"shop,omitempty"`     // 文件里没有时的店铺名称
	Sort     string            `json:"sort,omitempty"`     // 按哪一列排序，前加 - 为从大到小
	Span     string            `json:"span,omitempty"`     //  period last 6 12 30 year
	Term     string            `json:"term,omitempty"`     // 评论关键词
	To       string            `json:"to,omitempty"`       // 到哪一天；渠道：收件人
}

// GetAnalysisExport: 导出分析。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAnalysisExport(ctx context.Context, in GetAnalysisExportInput) (*Download, error) {
	return download(ctx, c, "/analysis/export", in)
}

// GetAnalysisSentencesInput is what GetAnalysisSentences takes.
type GetAnalysisSentencesInput struct {
	Cols     string `json:"cols,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Compare  string `json:"compare,omitempty"`  //  before year
	Count    string `json:"count,omitempty"`    //  negative affirmed hidden reviews rate
	District string `json:"district,omitempty"` // 上海的区，如 浦东新区
	From     string `json:"from,omitempty"`     // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
	Hazard   string `json:"hazard,omitempty"`   //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword  string `json:"keyword,omitempty"`  // 商品关键词
	Platform string `json:"platform,omitempty"` // 平台
	Province string `json:"province,omitempty"` // 省级行政区，如 浙江省，按公司所在区域认出；没有认出 也可以写
	Region   string `json:"region,omitempty"`   // 涉及区域
	Rows     string `json:"rows,omitempty"`     //  platform keyword term hazard shop region province district price day week period month
	Shop     string `json:"shop,omitempty"`     // 文件里没有时的店铺名称
	Span     string `json:"span,omitempty"`     //  period last 6 12 30 year
	Term     string `json:"term,omitempty"`     // 评论关键词
	To       string `json:"to,omitempty"`       // 到哪一天；渠道：收件人
}

// GetAnalysisSentences: 原句。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAnalysisSentences(ctx context.Context, in GetAnalysisSentencesInput) (SentencesPage, error) {
	return call[SentencesPage](ctx, c, "GET", "/analysis/sentences", in, nil)
}

// GetAnnualInput is what GetAnnual takes.
type GetAnnualInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// GetAnnual: 年度报告。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetAnnual(ctx context.Context, in GetAnnualInput) (AnnualPage, error) {
	return call[AnnualPage](ctx, c, "GET", "/annual", in, nil)
}

// PostAnnualInput is what PostAnnual takes.
type PostAnnualInput struct {
	Products []string          `json:"products,omitempty"` // 商品表
	Texts    map[string]string `json:"texts,omitempty"`    // 各节的文字，按编号，如 1.1
	Version  int64             `json:"version"`            // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year     int64             `json:"year,omitempty"`     // 年
}

// PostAnnual: 撰写年度报告。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostAnnual(ctx context.Context, in PostAnnualInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/annual", in, nil)
}

// GetAnnualDownloadInput is what GetAnnualDownload takes.
type GetAnnualDownloadInput struct {
	Format  string `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year    int64  `json:"year,omitempty"`    // 年
}

// GetAnnualDownload: 下载年度报告。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetAnnualDownload(ctx context.Context, in GetAnnualDownloadInput) (*Download, error) {
	return download(ctx, c, "/annual/download", in)
}

// PostAnnualFiguresInput is what PostAnnualFigures takes.
type PostAnnualFiguresInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// PostAnnualFigures: 更新年度数字。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostAnnualFigures(ctx context.Context, in PostAnnualFiguresInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/annual/figures", in, nil)
}

// PostAnnualFreezeInput is what PostAnnualFreeze takes.
type PostAnnualFreezeInput struct {
	Products []string          `json:"products,omitempty"` // 商品表
	Reason   string            `json:"reason,omitempty"`   // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
	Texts    map[string]string `json:"texts,omitempty"`    // 各节的文字，按编号，如 1.1
	Then     string            `json:"then,omitempty"`     // submit：冻结后立即报送
	Version  int64             `json:"version"`            // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year     int64             `json:"year,omitempty"`     // 年
}

// PostAnnualFreeze: 冻结年度报告。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostAnnualFreeze(ctx context.Context, in PostAnnualFreezeInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/annual/freeze", in, nil)
}

// PostAnnualListsInput is what PostAnnualLists takes.
type PostAnnualListsInput struct {
	File   *File  `json:"-"`                // 文件
	Kind   string `json:"kind"`             // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Remove string `json:"remove,omitempty"` // 写了就删除
	Year   int64  `json:"year,omitempty"`   // 年
}

// PostAnnualLists: 导入年度清单。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。回答是其中之一：Moved、AnnualPage。
func (c *Client) PostAnnualLists(ctx context.Context, in PostAnnualListsInput) (json.RawMessage, error) {
	return call[json.RawMessage](ctx, c, "POST", "/annual/lists", in, map[string]*File{"file": in.File})
}

// GetAnnualPreviewInput is what GetAnnualPreview takes.
type GetAnnualPreviewInput struct {
	Version int64 `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year    int64 `json:"year,omitempty"`    // 年
}

// GetAnnualPreview: 年度报告预览。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetAnnualPreview(ctx context.Context, in GetAnnualPreviewInput) (*Download, error) {
	return download(ctx, c, "/annual/preview", in)
}

// PostAnnualPreviewInput is what PostAnnualPreview takes.
type PostAnnualPreviewInput struct {
	Products []string          `json:"products,omitempty"` // 商品表
	Texts    map[string]string `json:"texts,omitempty"`    // 各节的文字，按编号，如 1.1
	Version  int64             `json:"version"`            // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year     int64             `json:"year,omitempty"`     // 年
}

// PostAnnualPreview: 年度报告预览。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostAnnualPreview(ctx context.Context, in PostAnnualPreviewInput) (*Download, error) {
	return download(ctx, c, "/annual/preview", in)
}

// PostAnnualSubmitInput is what PostAnnualSubmit takes.
type PostAnnualSubmitInput struct {
	Version int64 `json:"version"`        // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Year    int64 `json:"year,omitempty"` // 年
}

// PostAnnualSubmit: 报送。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostAnnualSubmit(ctx context.Context, in PostAnnualSubmitInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/annual/submit", in, nil)
}

// GetAssessmentInput is what GetAssessment takes.
type GetAssessmentInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// GetAssessment: 考核评价。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAssessment(ctx context.Context, in GetAssessmentInput) (AssessmentPage, error) {
	return call[AssessmentPage](ctx, c, "GET", "/assessment", in, nil)
}

// PostAssessmentInput is what PostAssessment takes.
type PostAssessmentInput struct {
	Clean    float64 `json:"clean"`          // “无更正”的权重
	Complete float64 `json:"complete"`       // “完整”的权重
	Leads    float64 `json:"leads"`          // 由哪些线索立案：线索的 id，每行一个；考核：“采纳线索”的权重
	Target   int64   `json:"target"`         // 一年采纳多少条线索得满分
	Timely   float64 `json:"timely"`         // “按时”的权重
	Year     int64   `json:"year,omitempty"` // 年
}

// PostAssessment: 修改考核权重。令牌范围：write。角色：研究中心。
func (c *Client) PostAssessment(ctx context.Context, in PostAssessmentInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/assessment", in, nil)
}

// GetAssessmentCsvInput is what GetAssessmentCsv takes.
type GetAssessmentCsvInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// GetAssessmentCsv: 下载考核评价。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAssessmentCsv(ctx context.Context, in GetAssessmentCsvInput) (*Download, error) {
	return download(ctx, c, "/assessment.csv", in)
}

// PostAssessmentRulesInput is what PostAssessmentRules takes.
type PostAssessmentRulesInput struct {
	Hours    int64             `json:"hours,omitempty"`    // 重要风险信息的时限，小时，0 为不限
	Since    string            `json:"since,omitempty"`    // 起始报送期
	Stations map[string]string `json:"stations,omitempty"` // 各监测站自己的起始报送期，按编号
	Year     int64             `json:"year,omitempty"`     // 年
}

// PostAssessmentRules: 修改考核起始期。令牌范围：write。角色：研究中心。
func (c *Client) PostAssessmentRules(ctx context.Context, in PostAssessmentRulesInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/assessment/rules", in, nil)
}

// GetAttachmentsId: 下载附件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetAttachmentsId(ctx context.Context, id string) (*Download, error) {
	return download(ctx, c, "/attachments/"+url.PathEscape(id), nil)
}

// GetAuditInput is what GetAudit takes.
type GetAuditInput struct {
	Before  int64             `json:"before,omitempty"`  // 只要编号更小的
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetAudit: 操作记录。令牌范围：read。角色：市场监管局（只读）、管理员。
func (c *Client) GetAudit(ctx context.Context, in GetAuditInput) (AuditPage, error) {
	return call[AuditPage](ctx, c, "GET", "/audit", in, nil)
}

// GetAuditCsv: 下载操作记录。令牌范围：read。角色：市场监管局（只读）、管理员。
func (c *Client) GetAuditCsv(ctx context.Context) (*Download, error) {
	return download(ctx, c, "/audit.csv", nil)
}

// GetAuditExportInput is what GetAuditExport takes.
type GetAuditExportInput struct {
	Before  int64             `json:"before,omitempty"`  // 只要编号更小的
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetAuditExport: 导出操作记录。令牌范围：read。角色：市场监管局（只读）、管理员。
func (c *Client) GetAuditExport(ctx context.Context, in GetAuditExportInput) (*Download, error) {
	return download(ctx, c, "/audit/export", in)
}

// GetBoardInput is what GetBoard takes.
type GetBoardInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Hazard  string            `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetBoard: 汇总研判。令牌范围：read。角色：研究中心、市场监管局（只读）。
func (c *Client) GetBoard(ctx context.Context, in GetBoardInput) (BoardPage, error) {
	return call[BoardPage](ctx, c, "GET", "/board", in, nil)
}

// GetBoardDataInput is what GetBoardData takes.
type GetBoardDataInput struct {
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetBoardData: 汇总研判。令牌范围：read。角色：研究中心、市场监管局（只读）。
func (c *Client) GetBoardData(ctx context.Context, in GetBoardDataInput) (BoardTable, error) {
	return call[BoardTable](ctx, c, "GET", "/board/data", in, nil)
}

// GetBoardDownloadInput is what GetBoardDownload takes.
type GetBoardDownloadInput struct {
	Format string `json:"format"`           // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetBoardDownload: 下载汇总表。令牌范围：read。角色：研究中心、市场监管局（只读）。
func (c *Client) GetBoardDownload(ctx context.Context, in GetBoardDownloadInput) (*Download, error) {
	return download(ctx, c, "/board/download", in)
}

// GetBoardExportInput is what GetBoardExport takes.
type GetBoardExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Hazard  string            `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetBoardExport: 导出线索。令牌范围：read。角色：研究中心、市场监管局（只读）。
func (c *Client) GetBoardExport(ctx context.Context, in GetBoardExportInput) (*Download, error) {
	return download(ctx, c, "/board/export", in)
}

// GetBoardLeadInput is what GetBoardLead takes.
type GetBoardLeadInput struct {
	ID     string `json:"id,omitempty"`     // 编号
	Number int64  `json:"number,omitempty"` // 线索编号，代替 period 和 id
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetBoardLead: 线索。令牌范围：read。角色：研究中心、市场监管局（只读）。
func (c *Client) GetBoardLead(ctx context.Context, in GetBoardLeadInput) (LeadPage, error) {
	return call[LeadPage](ctx, c, "GET", "/board/lead", in, nil)
}

// PostBoardLeadsInput is what PostBoardLeads takes.
type PostBoardLeadsInput struct {
	Assignee int64    `json:"assignee,omitempty"` // 研判人（账号编号），0 为不指定
	Back     string   `json:"back,omitempty"`     // 网页用
	Do       string   `json:"do"`                 // 线索：merge 合并（并入第一条）、split 拆出、mine 由我研判、judge 研判中、assign 指定研判人、dismiss 不予处理（理由写在 note）、reopen 重新研判、note 备注、case 立案；词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览
	Ids      []string `json:"ids"`                // 选中的各条的编号
	Note     string   `json:"note,omitempty"`     // 说明
	Period   string   `json:"period,omitempty"`   // 报送期，如 2026-11；不写为当前要做的一期
}

// PostBoardLeads: 研判线索。令牌范围：write。角色：研究中心。
func (c *Client) PostBoardLeads(ctx context.Context, in PostBoardLeadsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/board/leads", in, nil)
}

// GetBulletins: 通报与反馈。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetBulletins(ctx context.Context) (BulletinsPage, error) {
	return call[BulletinsPage](ctx, c, "GET", "/bulletins", nil, nil)
}

// PostBulletinsInput is what PostBulletins takes.
type PostBulletinsInput struct {
	Content string `json:"content"`           // 内容
	Kind    string `json:"kind"`              // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Station int64  `json:"station,omitempty"` // 监测站编号
	Title   string `json:"title"`             // 标题
}

// PostBulletins: 发布通报。令牌范围：write。角色：研究中心。
func (c *Client) PostBulletins(ctx context.Context, in PostBulletinsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/bulletins", in, nil)
}

// GetBulletinsId: 通报与反馈。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetBulletinsId(ctx context.Context, id string) (BulletinPage, error) {
	return call[BulletinPage](ctx, c, "GET", "/bulletins/"+url.PathEscape(id), nil, nil)
}

// PostBulletinsIdNote: 签收通报。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostBulletinsIdNote(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/bulletins/"+url.PathEscape(id)+"/note", nil, nil)
}

// GetCalendarInput is what GetCalendar takes.
type GetCalendarInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// GetCalendar: 报送日历。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetCalendar(ctx context.Context, in GetCalendarInput) (CalendarPage, error) {
	return call[CalendarPage](ctx, c, "GET", "/calendar", in, nil)
}

// GetCalendarIcsInput is what GetCalendarIcs takes.
type GetCalendarIcsInput struct {
	Year int64 `json:"year,omitempty"` // 年
}

// GetCalendarIcs: 下载日历。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetCalendarIcs(ctx context.Context, in GetCalendarIcsInput) (*Download, error) {
	return download(ctx, c, "/calendar.ics", in)
}

// GetCasesInput is what GetCases takes.
type GetCasesInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetCases: 协同处置。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetCases(ctx context.Context, in GetCasesInput) (CasesPage, error) {
	return call[CasesPage](ctx, c, "GET", "/cases", in, nil)
}

// GetCasesExportInput is what GetCasesExport takes.
type GetCasesExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetCasesExport: 导出案件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetCasesExport(ctx context.Context, in GetCasesExportInput) (*Download, error) {
	return download(ctx, c, "/cases/export", in)
}

// GetCasesIdInput is what GetCasesId takes.
type GetCasesIdInput struct {
	Hazard  string `json:"hazard,omitempty"`  // 危害类别
	Leads   string `json:"leads,omitempty"`   // 由哪些线索立案：线索的 id，每行一个；考核：“采纳线索”的权重
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Product string `json:"product,omitempty"` // 涉及产品
	Urgent  int64  `json:"urgent,omitempty"`  // 由哪条重要风险信息立案
}

// GetCasesId: 处置案件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。回答是其中之一：CasePage、Moved。
func (c *Client) GetCasesId(ctx context.Context, id string, in GetCasesIdInput) (json.RawMessage, error) {
	return call[json.RawMessage](ctx, c, "GET", "/cases/"+url.PathEscape(id), in, nil)
}

// PostCasesIdInput is what PostCasesId takes.
type PostCasesIdInput struct {
	Deadline    string   `json:"deadline,omitempty"`    // 期限，如 2026-12-05
	Disposed    string   `json:"disposed,omitempty"`    // 处置完成时间，如 2026-11-24T08:00，有它就是结案
	Found       string   `json:"found"`                 // 发现时间，如 2026-11-20T08:00
	Hazard      string   `json:"hazard,omitempty"`      // 危害类别
	Judged      string   `json:"judged,omitempty"`      // 研判时间
	Kind        string   `json:"kind"`                  // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Lead        string   `json:"lead,omitempty"`        // 线索
	Leads       string   `json:"leads,omitempty"`       // 由哪些线索立案：线索的 id，每行一个；考核：“采纳线索”的权重
	Outcome     string   `json:"outcome,omitempty"`     // 处置结果，结案时必填
	Period      string   `json:"period,omitempty"`      // 报送期，如 2026-11；不写为当前要做的一期
	Product     string   `json:"product,omitempty"`     // 涉及产品
	Reporters   []string `json:"reporters,omitempty"`   // 线索来源的监测站编号，可以有几个；由线索立案时不写，就是报送它的各站
	Responsible string   `json:"responsible,omitempty"` // 责任方
	Station     int64    `json:"station,omitempty"`     // 监测站编号
	Title       string   `json:"title"`                 // 标题
	Urgent      int64    `json:"urgent,omitempty"`      // 由哪条重要风险信息立案
	Version     int64    `json:"version,omitempty"`     // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Warned      string   `json:"warned,omitempty"`      // 预警时间
}

// PostCasesId: 保存处置案件。令牌范围：write。角色：研究中心。
func (c *Client) PostCasesId(ctx context.Context, id string, in PostCasesIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/cases/"+url.PathEscape(id), in, nil)
}

// PostCasesIdNotesInput is what PostCasesIdNotes takes.
type PostCasesIdNotesInput struct {
	Content string `json:"content,omitempty"` // 内容
	Done    bool   `json:"done,omitempty"`    // 已落实（否则为督促）
	Measure string `json:"measure,omitempty"` // 措施，空为只记情况
}

// PostCasesIdNotes: 记入处置案件。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostCasesIdNotes(ctx context.Context, id string, in PostCasesIdNotesInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/cases/"+url.PathEscape(id)+"/notes", in, nil)
}

// GetCommentsInput is what GetComments takes.
type GetCommentsInput struct {
	Kind    string `json:"kind"`    // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Subject int64  `json:"subject"` // 记录的编号
}

// GetComments: 意见。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetComments(ctx context.Context, in GetCommentsInput) (CommentsPage, error) {
	return call[CommentsPage](ctx, c, "GET", "/comments", in, nil)
}

// PostCommentsInput is what PostComments takes.
type PostCommentsInput struct {
	Back    string `json:"back,omitempty"`    // 网页用
	Content string `json:"content,omitempty"` // 内容
	File    *File  `json:"-"`                 // 文件
	Kind    string `json:"kind"`              // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Station int64  `json:"station,omitempty"` // 监测站编号
	Subject int64  `json:"subject"`           // 记录的编号
}

// PostComments: 发表意见。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostComments(ctx context.Context, in PostCommentsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/comments", in, map[string]*File{"file": in.File})
}

// PostExchangeInput is what PostExchange takes.
type PostExchangeInput struct {
	Known string `json:"known,omitempty"` // 上次得到的 hash，没有变化时不再给出内容
}

// PostExchange: 取与本站有关的记录。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostExchange(ctx context.Context, in PostExchangeInput) (Exchange, error) {
	return call[Exchange](ctx, c, "POST", "/exchange", in, nil)
}

// PostExchangeAnswersInput is what PostExchangeAnswers takes.
type PostExchangeAnswersInput struct {
	Content string `json:"content,omitempty"` // 内容
	File    *File  `json:"-"`                 // 文件
	Key     string `json:"key"`               // 本站给这个回复的编号，重复发送只收一次
	Kind    string `json:"kind"`              // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Noted   bool   `json:"noted,omitempty"`   // 签收通报
	Subject int64  `json:"subject"`           // 记录的编号
	Who     string `json:"who,omitempty"`     // 谁回复
}

// PostExchangeAnswers: 回复研究中心。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostExchangeAnswers(ctx context.Context, in PostExchangeAnswersInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/exchange/answers", in, map[string]*File{"file": in.File})
}

// PostExchangeAttachmentsInput is what PostExchangeAttachments takes.
type PostExchangeAttachmentsInput struct {
	ID int64 `json:"id"` // 编号
}

// PostExchangeAttachments: 取附件。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostExchangeAttachments(ctx context.Context, in PostExchangeAttachmentsInput) (*Download, error) {
	return download(ctx, c, "/exchange/attachments", in)
}

// GetFormInput is what GetForm takes.
type GetFormInput struct {
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Station int64  `json:"station,omitempty"` // 监测站编号
}

// GetForm: 填写报送表。令牌范围：read。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) GetForm(ctx context.Context, in GetFormInput) (FormPage, error) {
	return call[FormPage](ctx, c, "GET", "/form", in, nil)
}

// PostFormInput is what PostForm takes.
type PostFormInput struct {
	Advice    []string `json:"advice,omitempty"`    // 初步建议
	Analysis  []string `json:"analysis,omitempty"`  // 信息分析
	Companies []string `json:"companies,omitempty"` // 涉及企业（数量）
	Content   []string `json:"content,omitempty"`   // 内容
	Dangers   []string `json:"dangers,omitempty"`   // 危及对象
	Do        string   `json:"do,omitempty"`        // 线索：merge 合并（并入第一条）、split 拆出、mine 由我研判、judge 研判中、assign 指定研判人、dismiss 不予处理（理由写在 note）、reopen 重新研判、note 备注、case 立案；词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览
	Filler    string   `json:"filler,omitempty"`    // 填报人
	Kind      []string `json:"kind,omitempty"`      // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Nothing   bool     `json:"nothing,omitempty"`   // 本期无
	Period    string   `json:"period,omitempty"`    // 报送期，如 2026-11；不写为当前要做的一期
	Phone     string   `json:"phone,omitempty"`     // 联系电话
	Product   []string `json:"product,omitempty"`   // 涉及产品
	Region    []string `json:"region,omitempty"`    // 涉及区域
	Source    []string `json:"source,omitempty"`    // 信息来源
	Station   int64    `json:"station,omitempty"`   // 监测站编号
	Version   int64    `json:"version"`             // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostForm: 填写报送表。令牌范围：write。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostForm(ctx context.Context, in PostFormInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/form", in, nil)
}

// GetFormDownloadInput is what GetFormDownload takes.
type GetFormDownloadInput struct {
	Format  string `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Station int64  `json:"station,omitempty"` // 监测站编号
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// GetFormDownload: 下载报送表。令牌范围：read。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) GetFormDownload(ctx context.Context, in GetFormDownloadInput) (*Download, error) {
	return download(ctx, c, "/form/download", in)
}

// PostFormFreezeInput is what PostFormFreeze takes.
type PostFormFreezeInput struct {
	Advice    []string `json:"advice,omitempty"`    // 初步建议
	Analysis  []string `json:"analysis,omitempty"`  // 信息分析
	Companies []string `json:"companies,omitempty"` // 涉及企业（数量）
	Content   []string `json:"content,omitempty"`   // 内容
	Dangers   []string `json:"dangers,omitempty"`   // 危及对象
	Filler    string   `json:"filler,omitempty"`    // 填报人
	Kind      []string `json:"kind,omitempty"`      // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Nothing   bool     `json:"nothing,omitempty"`   // 本期无
	Period    string   `json:"period,omitempty"`    // 报送期，如 2026-11；不写为当前要做的一期
	Phone     string   `json:"phone,omitempty"`     // 联系电话
	Product   []string `json:"product,omitempty"`   // 涉及产品
	Reason    string   `json:"reason,omitempty"`    // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
	Region    []string `json:"region,omitempty"`    // 涉及区域
	Source    []string `json:"source,omitempty"`    // 信息来源
	Station   int64    `json:"station,omitempty"`   // 监测站编号
	Then      string   `json:"then,omitempty"`      // submit：冻结后立即报送
	Version   int64    `json:"version"`             // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostFormFreeze: 冻结报送表。令牌范围：submit。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostFormFreeze(ctx context.Context, in PostFormFreezeInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/form/freeze", in, nil)
}

// GetFormPreviewInput is what GetFormPreview takes.
type GetFormPreviewInput struct {
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Station int64  `json:"station,omitempty"` // 监测站编号
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// GetFormPreview: 报送表预览。令牌范围：read。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) GetFormPreview(ctx context.Context, in GetFormPreviewInput) (*Download, error) {
	return download(ctx, c, "/form/preview", in)
}

// PostFormPreviewInput is what PostFormPreview takes.
type PostFormPreviewInput struct {
	Advice    []string `json:"advice,omitempty"`    // 初步建议
	Analysis  []string `json:"analysis,omitempty"`  // 信息分析
	Companies []string `json:"companies,omitempty"` // 涉及企业（数量）
	Content   []string `json:"content,omitempty"`   // 内容
	Dangers   []string `json:"dangers,omitempty"`   // 危及对象
	Filler    string   `json:"filler,omitempty"`    // 填报人
	Kind      []string `json:"kind,omitempty"`      // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Nothing   bool     `json:"nothing,omitempty"`   // 本期无
	Period    string   `json:"period,omitempty"`    // 报送期，如 2026-11；不写为当前要做的一期
	Phone     string   `json:"phone,omitempty"`     // 联系电话
	Product   []string `json:"product,omitempty"`   // 涉及产品
	Region    []string `json:"region,omitempty"`    // 涉及区域
	Source    []string `json:"source,omitempty"`    // 信息来源
	Station   int64    `json:"station,omitempty"`   // 监测站编号
	Version   int64    `json:"version"`             // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostFormPreview: 报送表预览。令牌范围：write。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostFormPreview(ctx context.Context, in PostFormPreviewInput) (*Download, error) {
	return download(ctx, c, "/form/preview", in)
}

// PostFormPushInput is what PostFormPush takes.
type PostFormPushInput struct {
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Station int64  `json:"station,omitempty"` // 监测站编号
	Version int64  `json:"version"`           // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostFormPush: 报送到研究中心。令牌范围：submit。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostFormPush(ctx context.Context, in PostFormPushInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/form/push", in, nil)
}

// PostFormSubmitInput is what PostFormSubmit takes.
type PostFormSubmitInput struct {
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Station int64  `json:"station,omitempty"` // 监测站编号
	Version int64  `json:"version"`           // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostFormSubmit: 报送。令牌范围：submit。角色：行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostFormSubmit(ctx context.Context, in PostFormSubmitInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/form/submit", in, nil)
}

// GetImport: 导入评论。令牌范围：read。角色：平台监测站。
func (c *Client) GetImport(ctx context.Context) (ImportPage, error) {
	return call[ImportPage](ctx, c, "GET", "/import", nil, nil)
}

// PostImportInput is what PostImport takes.
type PostImportInput struct {
	File     *File  `json:"-"`                 // 文件
	Keyword  string `json:"keyword,omitempty"` // 商品关键词
	Products *File  `json:"-"`                 // 商品表
	Profile  string `json:"profile,omitempty"` // 导入模板
	Steps    bool   `json:"steps,omitempty"`   // 不立即导入，先看各列怎样理解
}

// PostImport: 导入评论。令牌范围：write。角色：平台监测站。
func (c *Client) PostImport(ctx context.Context, in PostImportInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/import", in, map[string]*File{"file": in.File, "products": in.Products})
}

// GetImportProfiles: 导入模板。令牌范围：read。角色：平台监测站。
func (c *Client) GetImportProfiles(ctx context.Context) (ProfilesPage, error) {
	return call[ProfilesPage](ctx, c, "GET", "/import/profiles", nil, nil)
}

// PostImportProfilesInput is what PostImportProfiles takes.
type PostImportProfilesInput struct {
	Name   string `json:"name"`             // 名称
	Remove bool   `json:"remove,omitempty"` // 写了就删除
	Rename string `json:"rename,omitempty"` // 新名称
}

// PostImportProfiles: 修改导入模板。令牌范围：write。角色：平台监测站。
func (c *Client) PostImportProfiles(ctx context.Context, in PostImportProfilesInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/import/profiles", in, nil)
}

// GetImportId: 核对各列。令牌范围：read。角色：平台监测站。
func (c *Client) GetImportId(ctx context.Context, id string) (LookPage, error) {
	return call[LookPage](ctx, c, "GET", "/import/"+url.PathEscape(id), nil, nil)
}

// PostImportIdInput is what PostImportId takes.
type PostImportIdInput struct {
	Answers map[string]string `json:"answers,omitempty"` // 对问题的回答，按问题的 kind：scale 满分（1 最好的加 r，如 3r），reversed、fill、shop 为 yes 或 no，order 为 day-first、month-first、year-first 或 skip，exported 为日期或 skip
	Columns map[string]string `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Do      string            `json:"do,omitempty"`      // 线索：merge 合并（并入第一条）、split 拆出、mine 由我研判、judge 研判中、assign 指定研判人、dismiss 不予处理（理由写在 note）、reopen 重新研判、note 备注、case 立案；词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览
	Is      map[string]string `json:"is,omitempty"`      // 各字段是哪一列，按字段；列的序号，- 为没有
	Keep    string            `json:"keep,omitempty"`    // 把对各列的理解存成这个名称的模板
	Keyword string            `json:"keyword,omitempty"` // 商品关键词
	Product string            `json:"product,omitempty"` // 涉及产品
	Profile string            `json:"profile,omitempty"` // 导入模板
	Region  string            `json:"region,omitempty"`  // 涉及区域
	Shop    string            `json:"shop,omitempty"`    // 文件里没有时的店铺名称
	Table   map[string]string `json:"table,omitempty"`   // 商品表的各列当作哪个字段，同 columns
}

// PostImportId: 核对各列。令牌范围：write。角色：平台监测站。
func (c *Client) PostImportId(ctx context.Context, id string, in PostImportIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/import/"+url.PathEscape(id), in, nil)
}

// PostImportIdDelete: 删除上传的文件。令牌范围：write。角色：平台监测站。
func (c *Client) PostImportIdDelete(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/import/"+url.PathEscape(id)+"/delete", nil, nil)
}

// GetImportIdPreview: 预览。令牌范围：read。角色：平台监测站。
func (c *Client) GetImportIdPreview(ctx context.Context, id string) (ImportPreview, error) {
	return call[ImportPreview](ctx, c, "GET", "/import/"+url.PathEscape(id)+"/preview", nil, nil)
}

// PostImportIdStore: 导入评论。令牌范围：write。角色：平台监测站。
func (c *Client) PostImportIdStore(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/import/"+url.PathEscape(id)+"/store", nil, nil)
}

// GetInboxInput is what GetInbox takes.
type GetInboxInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetInbox: 收件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetInbox(ctx context.Context, in GetInboxInput) (InboxPage, error) {
	return call[InboxPage](ctx, c, "GET", "/inbox", in, nil)
}

// PostInboxInput is what PostInbox takes.
type PostInboxInput struct {
	About    string `json:"about,omitempty"`    // 不是报送表时写明是什么，原件照收
	Corrects int64  `json:"corrects,omitempty"` // 更正时，取代哪一份报送文件（编号）；不写为补充
	File     *File  `json:"-"`                  // 文件
	Form     string `json:"form,omitempty"`     // 报表：urgent 重要风险信息，annual 年度报告；不写为月度报送表或其他材料
	Name     string `json:"name,omitempty"`     // 名称
	Period   string `json:"period,omitempty"`   // 报送期，如 2026-11；不写为当前要做的一期
	Station  int64  `json:"station,omitempty"`  // 监测站编号
	Version  int64  `json:"version,omitempty"`  // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostInbox: 提交报送文件。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostInbox(ctx context.Context, in PostInboxInput) (AppReceived, error) {
	return call[AppReceived](ctx, c, "POST", "/inbox", in, map[string]*File{"file": in.File})
}

// GetInboxExportInput is what GetInboxExport takes.
type GetInboxExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetInboxExport: 导出报送情况。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetInboxExport(ctx context.Context, in GetInboxExportInput) (*Download, error) {
	return download(ctx, c, "/inbox/export", in)
}

// PostInboxUrgeInput is what PostInboxUrge takes.
type PostInboxUrgeInput struct {
	Back   string   `json:"back,omitempty"`   // 网页用
	Ids    []string `json:"ids"`              // 选中的各条的编号
	Note   string   `json:"note,omitempty"`   // 说明
	Period string   `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// PostInboxUrge: 催报。令牌范围：write。角色：研究中心。
func (c *Client) PostInboxUrge(ctx context.Context, in PostInboxUrgeInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/inbox/urge", in, nil)
}

// GetJobsId: 运行。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetJobsId(ctx context.Context, id string) (JobView, error) {
	return call[JobView](ctx, c, "GET", "/jobs/"+url.PathEscape(id), nil, nil)
}

// PostJobsIdCancel: 取消运行。令牌范围：write。角色：平台监测站。
func (c *Client) PostJobsIdCancel(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/jobs/"+url.PathEscape(id)+"/cancel", nil, nil)
}

// GetJobsIdEvents: 运行进度。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetJobsIdEvents(ctx context.Context, id string) (*Download, error) {
	return download(ctx, c, "/jobs/"+url.PathEscape(id)+"/events", nil)
}

// GetLexiconInput is what GetLexicon takes.
type GetLexiconInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Field   string            `json:"field,omitempty"`   // 词库的领域
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Hazard  string            `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Only    string            `json:"only,omitempty"`    //  edited removed
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetLexicon: 词库。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexicon(ctx context.Context, in GetLexiconInput) (LexiconPage, error) {
	return call[LexiconPage](ctx, c, "GET", "/lexicon", in, nil)
}

// GetLexiconCoverageInput is what GetLexiconCoverage takes.
type GetLexiconCoverageInput struct {
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetLexiconCoverage: 词库没有听到的。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexiconCoverage(ctx context.Context, in GetLexiconCoverageInput) (CoveragePage, error) {
	return call[CoveragePage](ctx, c, "GET", "/lexicon/coverage", in, nil)
}

// GetLexiconExportInput is what GetLexiconExport takes.
type GetLexiconExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Field   string            `json:"field,omitempty"`   // 词库的领域
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Hazard  string            `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Only    string            `json:"only,omitempty"`    //  edited removed
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetLexiconExport: 导出词库。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexiconExport(ctx context.Context, in GetLexiconExportInput) (*Download, error) {
	return download(ctx, c, "/lexicon/export", in)
}

// GetLexiconLearning: 学习。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexiconLearning(ctx context.Context) (LearningPage, error) {
	return call[LearningPage](ctx, c, "GET", "/lexicon/learning", nil, nil)
}

// PostLexiconLearningInput is what PostLexiconLearning takes.
type PostLexiconLearningInput struct {
	ID int64 `json:"id"` // 编号
}

// PostLexiconLearning: 采用学习结果。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconLearning(ctx context.Context, in PostLexiconLearningInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/lexicon/learning", in, nil)
}

// PostLexiconLearningPreviewInput is what PostLexiconLearningPreview takes.
type PostLexiconLearningPreviewInput struct {
	ID     int64  `json:"id"`               // 编号
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// PostLexiconLearningPreview: 预览学习结果。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconLearningPreview(ctx context.Context, in PostLexiconLearningPreviewInput) (PreviewPage, error) {
	return call[PreviewPage](ctx, c, "POST", "/lexicon/learning/preview", in, nil)
}

// PostLexiconLearningRevertInput is what PostLexiconLearningRevert takes.
type PostLexiconLearningRevertInput struct {
	Version int64 `json:"version"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostLexiconLearningRevert: 撤回学习结果。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconLearningRevert(ctx context.Context, in PostLexiconLearningRevertInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/lexicon/learning/revert", in, nil)
}

// PostLexiconLearningTry: 从复核学习。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconLearningTry(ctx context.Context) (LearntPage, error) {
	return call[LearntPage](ctx, c, "POST", "/lexicon/learning/try", nil, nil)
}

// GetLexiconLearningTryId: 从复核学习。令牌范围：read。角色：平台监测站。
func (c *Client) GetLexiconLearningTryId(ctx context.Context, id string) (LearntPage, error) {
	return call[LearntPage](ctx, c, "GET", "/lexicon/learning/try/"+url.PathEscape(id), nil, nil)
}

// PostLexiconPreviewInput is what PostLexiconPreview takes.
type PostLexiconPreviewInput struct {
	Field    string   `json:"field,omitempty"`    // 词库的领域
	Hazard   string   `json:"hazard,omitempty"`   // 危害类别
	Name     string   `json:"name"`               // 名称
	Period   string   `json:"period,omitempty"`   // 报送期，如 2026-11；不写为当前要做的一期
	Removed  bool     `json:"removed,omitempty"`  // 停用这个词条
	Severity int64    `json:"severity,omitempty"` // 严重程度，1–4，0 未知
	Surfaces []string `json:"surfaces,omitempty"` // 其他写法
}

// PostLexiconPreview: 预览词库修改。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconPreview(ctx context.Context, in PostLexiconPreviewInput) (PreviewPage, error) {
	return call[PreviewPage](ctx, c, "POST", "/lexicon/preview", in, nil)
}

// GetLexiconPreviewId: 预览词库修改。令牌范围：read。角色：平台监测站。
func (c *Client) GetLexiconPreviewId(ctx context.Context, id string) (PreviewPage, error) {
	return call[PreviewPage](ctx, c, "GET", "/lexicon/preview/"+url.PathEscape(id), nil, nil)
}

// PostLexiconSwitchInput is what PostLexiconSwitch takes.
type PostLexiconSwitchInput struct {
	Back  string   `json:"back,omitempty"` // 网页用
	Base  int64    `json:"base"`           // 在哪个词库版本上修改
	Do    string   `json:"do"`             // 线索：merge 合并（并入第一条）、split 拆出、mine 由我研判、judge 研判中、assign 指定研判人、dismiss 不予处理（理由写在 note）、reopen 重新研判、note 备注、case 立案；词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览
	Names []string `json:"names"`          // 选中的各条的名称
	Note  string   `json:"note"`           // 说明
}

// PostLexiconSwitch: 停用、启用词条。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconSwitch(ctx context.Context, in PostLexiconSwitchInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/lexicon/switch", in, nil)
}

// GetLexiconTermInput is what GetLexiconTerm takes.
type GetLexiconTermInput struct {
	Name    string `json:"name,omitempty"`    // 名称
	Note    string `json:"note,omitempty"`    // 说明
	Surface string `json:"surface,omitempty"` // 提议的一个写法，先填进表单
}

// GetLexiconTerm: 词条。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexiconTerm(ctx context.Context, in GetLexiconTermInput) (TermPage, error) {
	return call[TermPage](ctx, c, "GET", "/lexicon/term", in, nil)
}

// PostLexiconTermInput is what PostLexiconTerm takes.
type PostLexiconTermInput struct {
	Base     int64    `json:"base"`               // 在哪个词库版本上修改
	Field    string   `json:"field,omitempty"`    // 词库的领域
	Hazard   string   `json:"hazard,omitempty"`   // 危害类别
	Name     string   `json:"name"`               // 名称
	New      bool     `json:"new,omitempty"`      // 新词条
	Note     string   `json:"note"`               // 说明
	Removed  bool     `json:"removed,omitempty"`  // 停用这个词条
	Severity int64    `json:"severity,omitempty"` // 严重程度，1–4，0 未知
	Surfaces []string `json:"surfaces,omitempty"` // 其他写法
}

// PostLexiconTerm: 修改词库。令牌范围：write。角色：平台监测站。
func (c *Client) PostLexiconTerm(ctx context.Context, in PostLexiconTermInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/lexicon/term", in, nil)
}

// GetLexiconVersionsInput is what GetLexiconVersions takes.
type GetLexiconVersionsInput struct {
	A int64 `json:"a,omitempty"` // 较早的版本，0 为自带词库
	B int64 `json:"b,omitempty"` // 较晚的版本
}

// GetLexiconVersions: 词库版本。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetLexiconVersions(ctx context.Context, in GetLexiconVersionsInput) (VersionsPage, error) {
	return call[VersionsPage](ctx, c, "GET", "/lexicon/versions", in, nil)
}

// PostMineInput is what PostMine takes.
type PostMineInput struct {
	N      int64  `json:"n,omitempty"`      // 几期
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// PostMine: 开始挖掘。令牌范围：write。角色：平台监测站。
func (c *Client) PostMine(ctx context.Context, in PostMineInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/mine", in, nil)
}

// GetPicturesIdInput is what GetPicturesId takes.
type GetPicturesIdInput struct {
	Size string `json:"size,omitempty"` // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
}

// GetPicturesId: 图片。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetPicturesId(ctx context.Context, id string, in GetPicturesIdInput) (*Download, error) {
	return download(ctx, c, "/pictures/"+url.PathEscape(id), in)
}

// GetProductInput is what GetProduct takes.
type GetProductInput struct {
	ID       string `json:"id"`               // 编号
	Period   string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
	Platform string `json:"platform"`         // 平台
	Term     string `json:"term,omitempty"`   // 评论关键词
}

// GetProduct: 商品。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetProduct(ctx context.Context, in GetProductInput) (ProductPage, error) {
	return call[ProductPage](ctx, c, "GET", "/product", in, nil)
}

// GetProductDataInput is what GetProductData takes.
type GetProductDataInput struct {
	ID       string `json:"id"`       // 编号
	Platform string `json:"platform"` // 平台
}

// GetProductData: 商品数据。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetProductData(ctx context.Context, in GetProductDataInput) ([]ProductMonth, error) {
	return call[[]ProductMonth](ctx, c, "GET", "/product/data", in, nil)
}

// GetProductsInput is what GetProducts takes.
type GetProductsInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Keyword string            `json:"keyword,omitempty"` // 商品关键词
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	Term    string            `json:"term,omitempty"`    // 评论关键词
}

// GetProducts: 商品。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetProducts(ctx context.Context, in GetProductsInput) (ProductsPage, error) {
	return call[ProductsPage](ctx, c, "GET", "/products", in, nil)
}

// GetProductsExportInput is what GetProductsExport takes.
type GetProductsExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Keyword string            `json:"keyword,omitempty"` // 商品关键词
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	Term    string            `json:"term,omitempty"`    // 评论关键词
}

// GetProductsExport: 导出商品。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetProductsExport(ctx context.Context, in GetProductsExportInput) (*Download, error) {
	return download(ctx, c, "/products/export", in)
}

// GetQualityInput is what GetQuality takes.
type GetQualityInput struct {
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetQuality: 数字有多准。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetQuality(ctx context.Context, in GetQualityInput) (AccuracyPage, error) {
	return call[AccuracyPage](ctx, c, "GET", "/quality", in, nil)
}

// GetReceived: 研究中心来件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetReceived(ctx context.Context) (ReceivedPage, error) {
	return call[ReceivedPage](ctx, c, "GET", "/received", nil, nil)
}

// PostReceived: 取研究中心来件。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostReceived(ctx context.Context) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/received", nil, nil)
}

// GetReceivedId: 研究中心来件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetReceivedId(ctx context.Context, id string) (ReceivedItem, error) {
	return call[ReceivedItem](ctx, c, "GET", "/received/"+url.PathEscape(id), nil, nil)
}

// PostReceivedIdInput is what PostReceivedId takes.
type PostReceivedIdInput struct {
	Content string `json:"content,omitempty"` // 内容
	File    *File  `json:"-"`                 // 文件
	Noted   bool   `json:"noted,omitempty"`   // 签收通报
}

// PostReceivedId: 回复研究中心。令牌范围：write。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) PostReceivedId(ctx context.Context, id string, in PostReceivedIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/received/"+url.PathEscape(id), in, map[string]*File{"file": in.File})
}

// GetReceivedIdFilesSha256: 下载来件的附件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站。
func (c *Client) GetReceivedIdFilesSha256(ctx context.Context, id string, sha256 string) (*Download, error) {
	return download(ctx, c, "/received/"+url.PathEscape(id)+"/files/"+url.PathEscape(sha256), nil)
}

// GetReviewInput is what GetReview takes.
type GetReviewInput struct {
	After   string            `json:"after,omitempty"`   // 上一页的 next
	As      string            `json:"as,omitempty"`      //  table cards
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Grade   string            `json:"grade,omitempty"`   //  negative hidden
	Keyword string            `json:"keyword,omitempty"` // 商品关键词
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	State   string            `json:"state,omitempty"`   //  unreviewed confirmed rejected all
	Term    string            `json:"term,omitempty"`    // 评论关键词
}

// GetReview: 证据复核。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetReview(ctx context.Context, in GetReviewInput) (ReviewPage, error) {
	return call[ReviewPage](ctx, c, "GET", "/review", in, nil)
}

// GetReviewExportInput is what GetReviewExport takes.
type GetReviewExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Grade   string            `json:"grade,omitempty"`   //  negative hidden
	Keyword string            `json:"keyword,omitempty"` // 商品关键词
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	State   string            `json:"state,omitempty"`   //  unreviewed confirmed rejected all
	Term    string            `json:"term,omitempty"`    // 评论关键词
}

// GetReviewExport: 导出证据。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetReviewExport(ctx context.Context, in GetReviewExportInput) (*Download, error) {
	return download(ctx, c, "/review/export", in)
}

// PostReviewJudgeInput is what PostReviewJudge takes.
type PostReviewJudgeInput struct {
	Back    string `json:"back,omitempty"`    // 网页用
	ID      string `json:"id"`                // 编号
	Note    string `json:"note,omitempty"`    // 说明
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Reason  string `json:"reason,omitempty"`  // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
	Verdict string `json:"verdict,omitempty"` // confirmed、rejected、none（撤销）、note（只存说明）；没有命中的评论：fine 没有问题、problem 有问题、none（撤销）
}

// PostReviewJudge: 复核证据。令牌范围：write。角色：平台监测站。
func (c *Client) PostReviewJudge(ctx context.Context, in PostReviewJudgeInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/review/judge", in, nil)
}

// PostReviewJudgeManyInput is what PostReviewJudgeMany takes.
type PostReviewJudgeManyInput struct {
	Back    string   `json:"back,omitempty"`    // 网页用
	Ids     []string `json:"ids"`               // 选中的各条的编号
	Note    string   `json:"note,omitempty"`    // 说明
	Period  string   `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Reason  string   `json:"reason,omitempty"`  // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
	Verdict string   `json:"verdict,omitempty"` // confirmed、rejected、none（撤销）、note（只存说明）；没有命中的评论：fine 没有问题、problem 有问题、none（撤销）
}

// PostReviewJudgeMany: 复核多条证据。令牌范围：write。角色：平台监测站。
func (c *Client) PostReviewJudgeMany(ctx context.Context, in PostReviewJudgeManyInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/review/judge/many", in, nil)
}

// PostReviewReadInput is what PostReviewRead takes.
type PostReviewReadInput struct {
	Back    string   `json:"back,omitempty"`   // 网页用
	ID      string   `json:"id"`               // 编号
	Marks   []string `json:"marks,omitempty"`  // 说出问题的词在评论正文里的位置，如 12-18，按 UTF-8 字节数
	Period  string   `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
	Verdict string   `json:"verdict"`          // confirmed、rejected、none（撤销）、note（只存说明）；没有命中的评论：fine 没有问题、problem 有问题、none（撤销）
}

// PostReviewRead: 复核没有命中的评论。令牌范围：write。角色：平台监测站。
func (c *Client) PostReviewRead(ctx context.Context, in PostReviewReadInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/review/read", in, nil)
}

// GetReviewSampleInput is what GetReviewSample takes.
type GetReviewSampleInput struct {
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// GetReviewSample: 抽样复核。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetReviewSample(ctx context.Context, in GetReviewSampleInput) (SamplePage, error) {
	return call[SamplePage](ctx, c, "GET", "/review/sample", in, nil)
}

// PostReviewSampleInput is what PostReviewSample takes.
type PostReviewSampleInput struct {
	Interval float64 `json:"interval,omitempty"` // 命中准确率的区间，正负几个百分点，不写为原来的，没有则为 5
	Period   string  `json:"period,omitempty"`   // 报送期，如 2026-11；不写为当前要做的一期
}

// PostReviewSample: 抽取复核样本。令牌范围：write。角色：平台监测站。
func (c *Client) PostReviewSample(ctx context.Context, in PostReviewSampleInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/review/sample", in, nil)
}

// GetRunsInput is what GetRuns takes.
type GetRunsInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetRuns: 运行。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetRuns(ctx context.Context, in GetRunsInput) (RunsPage, error) {
	return call[RunsPage](ctx, c, "GET", "/runs", in, nil)
}

// GetRunsExportInput is what GetRunsExport takes.
type GetRunsExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetRunsExport: 导出运行记录。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetRunsExport(ctx context.Context, in GetRunsExportInput) (*Download, error) {
	return download(ctx, c, "/runs/export", in)
}

// GetRunsId: 运行记录。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetRunsId(ctx context.Context, id string) (RunPage, error) {
	return call[RunPage](ctx, c, "GET", "/runs/"+url.PathEscape(id), nil, nil)
}

// PostRunsIdUndo: 撤销导入。令牌范围：write。角色：平台监测站。
func (c *Client) PostRunsIdUndo(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/runs/"+url.PathEscape(id)+"/undo", nil, nil)
}

// GetSearchInput is what GetSearch takes.
type GetSearchInput struct {
	Q string `json:"q,omitempty"` // 查找的文字
}

// GetSearch: 搜索。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）、管理员。
func (c *Client) GetSearch(ctx context.Context, in GetSearchInput) (SearchPage, error) {
	return call[SearchPage](ctx, c, "GET", "/search", in, nil)
}

// GetSettings: 设置。令牌范围：admin。角色：管理员。
func (c *Client) GetSettings(ctx context.Context) (SettingsPage, error) {
	return call[SettingsPage](ctx, c, "GET", "/settings", nil, nil)
}

// PostSettingsInput is what PostSettings takes.
type PostSettingsInput struct {
	Contact    string `json:"contact,omitempty"`     // 联系人
	PageDays   int64  `json:"page_days,omitempty"`   // 网页保存几天，不写为默认
	Phone      string `json:"phone,omitempty"`       // 联系电话
	PinnedDays int64  `json:"pinned_days,omitempty"` // 严重命中的网页保存几天，不写为默认
	Version    int64  `json:"version"`               // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostSettings: 修改设置。令牌范围：admin。角色：管理员。
func (c *Client) PostSettings(ctx context.Context, in PostSettingsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings", in, nil)
}

// PostSettingsBackupsInput is what PostSettingsBackups takes.
type PostSettingsBackupsInput struct {
	Name    string `json:"name,omitempty"`    // 名称
	Restore bool   `json:"restore,omitempty"` // 恢复到备份旁边的文件夹，现在的数据不动
}

// PostSettingsBackups: 备份。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsBackups(ctx context.Context, in PostSettingsBackupsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/backups", in, nil)
}

// PostSettingsChannelsInput is what PostSettingsChannels takes.
type PostSettingsChannelsInput struct {
	Events   []string `json:"events,omitempty"`   // 要哪些：urgent 重要风险信息、report 报送表已生成、reminder 截止提醒、failure 失败；空为全部
	From     string   `json:"from,omitempty"`     // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
	Name     string   `json:"name"`               // 名称
	Password string   `json:"password,omitempty"` // 密码；渠道里空为不改
	Remove   bool     `json:"remove,omitempty"`   // 写了就删除
	Secret   string   `json:"secret,omitempty"`   // 密钥；渠道里空为不改
	Server   string   `json:"server,omitempty"`   // 邮件服务器，主机:端口
	Station  int64    `json:"station,omitempty"`  // 监测站编号
	Tls      string   `json:"tls,omitempty"`      // starttls、implicit 或 none
	To       []string `json:"to,omitempty"`       // 到哪一天；渠道：收件人
	Type     string   `json:"type"`               // 通知渠道：smtp、webhook、wecom、dingtalk、feishu
	URL      string   `json:"url,omitempty"`      // 地址；渠道里空为不改
	User     string   `json:"user,omitempty"`     // 邮箱用户名
	Was      string   `json:"was,omitempty"`      // 原来的名称，空为新渠道
}

// PostSettingsChannels: 修改通知渠道。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsChannels(ctx context.Context, in PostSettingsChannelsInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/channels", in, nil)
}

// PostSettingsChannelsTestInput is what PostSettingsChannelsTest takes.
type PostSettingsChannelsTestInput struct {
	Name string `json:"name"` // 名称
}

// PostSettingsChannelsTest: 试发通知。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsChannelsTest(ctx context.Context, in PostSettingsChannelsTestInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/channels/test", in, nil)
}

// PostSettingsPlansInput is what PostSettingsPlans takes.
type PostSettingsPlansInput struct {
	At      string   `json:"at,omitempty"`      // 几点，例如 03:00
	Cron    string   `json:"cron,omitempty"`    // 计划时间，五段 cron 表达式，北京时间；页面上用 every 等写
	Day     int64    `json:"day,omitempty"`     // 每月几日（1–28）
	Every   string   `json:"every,omitempty"`   // 计划多久一次：month、week、day、hour 或 minutes
	Off     bool     `json:"off,omitempty"`     // 停用
	Plan    string   `json:"plan"`              // 计划
	Step    int64    `json:"step,omitempty"`    // 隔几分钟
	Weekday []string `json:"weekday,omitempty"` // 星期几，0 是星期日
}

// PostSettingsPlans: 修改计划。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsPlans(ctx context.Context, in PostSettingsPlansInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/plans", in, nil)
}

// PostSettingsRunInput is what PostSettingsRun takes.
type PostSettingsRunInput struct {
	Plan string `json:"plan"` // 计划
}

// PostSettingsRun: 运行计划。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsRun(ctx context.Context, in PostSettingsRunInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/run", in, nil)
}

// PostSettingsSitesInput is what PostSettingsSites takes.
type PostSettingsSitesInput struct {
	On      []string `json:"on"`      // 启用的站点配置
	Version int64    `json:"version"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostSettingsSites: 启用、停用站点。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsSites(ctx context.Context, in PostSettingsSitesInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/sites", in, nil)
}

// GetSettingsSitesNameInput is what GetSettingsSitesName takes.
type GetSettingsSitesNameInput struct {
	From string `json:"from,omitempty"` // 站点配置：以哪个配置开始；分析：从哪一天，如 2026-11-20；渠道：发件人
}

// GetSettingsSitesName: 站点配置。令牌范围：admin。角色：管理员。
func (c *Client) GetSettingsSitesName(ctx context.Context, name string, in GetSettingsSitesNameInput) (SitePage, error) {
	return call[SitePage](ctx, c, "GET", "/settings/sites/"+url.PathEscape(name), in, nil)
}

// PostSettingsSitesNameInput is what PostSettingsSitesName takes.
type PostSettingsSitesNameInput struct {
	Address string `json:"address,omitempty"` // 网址；试读、按网页拟配置时用
	Hash    string `json:"hash,omitempty"`    // 草稿的 hash，见 GET /sheets
	Name    string `json:"name,omitempty"`    // 名称
	Text    string `json:"text"`              // 站点配置（YAML）
}

// PostSettingsSitesName: 保存站点配置。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsSitesName(ctx context.Context, name string, in PostSettingsSitesNameInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/sites/"+url.PathEscape(name), in, nil)
}

// PostSettingsSitesNameCheckInput is what PostSettingsSitesNameCheck takes.
type PostSettingsSitesNameCheckInput struct {
	Address string `json:"address,omitempty"` // 网址；试读、按网页拟配置时用
	Do      string `json:"do"`                // 线索：merge 合并（并入第一条）、split 拆出、mine 由我研判、judge 研判中、assign 指定研判人、dismiss 不予处理（理由写在 note）、reopen 重新研判、note 备注、case 立案；词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览
	Hash    string `json:"hash,omitempty"`    // 草稿的 hash，见 GET /sheets
	Name    string `json:"name,omitempty"`    // 名称
	Text    string `json:"text"`              // 站点配置（YAML）
}

// PostSettingsSitesNameCheck: 检查、试读站点配置。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsSitesNameCheck(ctx context.Context, name string, in PostSettingsSitesNameCheckInput) (SitePage, error) {
	return call[SitePage](ctx, c, "POST", "/settings/sites/"+url.PathEscape(name)+"/check", in, nil)
}

// PostSettingsSitesNameDeleteInput is what PostSettingsSitesNameDelete takes.
type PostSettingsSitesNameDeleteInput struct {
	Hash string `json:"hash"` // 草稿的 hash，见 GET /sheets
}

// PostSettingsSitesNameDelete: 删除站点配置。令牌范围：admin。角色：管理员。
func (c *Client) PostSettingsSitesNameDelete(ctx context.Context, name string, in PostSettingsSitesNameDeleteInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/settings/sites/"+url.PathEscape(name)+"/delete", in, nil)
}

// GetSheetsInput is what GetSheets takes.
type GetSheetsInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	Watch   int64             `json:"watch,omitempty"`   // 监测任务编号，空为全部
}

// GetSheets: 报送表。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSheets(ctx context.Context, in GetSheetsInput) (SheetsPage, error) {
	return call[SheetsPage](ctx, c, "GET", "/sheets", in, nil)
}

// GetSheetsDownloadInput is what GetSheetsDownload takes.
type GetSheetsDownloadInput struct {
	Format  string `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Name    string `json:"name,omitempty"`    // 名称
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Watch   int64  `json:"watch,omitempty"`   // 监测任务编号，空为全部
}

// GetSheetsDownload: 下载报送表。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSheetsDownload(ctx context.Context, in GetSheetsDownloadInput) (*Download, error) {
	return download(ctx, c, "/sheets/download", in)
}

// GetSheetsExportInput is what GetSheetsExport takes.
type GetSheetsExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Period  string            `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
	Watch   int64             `json:"watch,omitempty"`   // 监测任务编号，空为全部
}

// GetSheetsExport: 导出报送表目录。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSheetsExport(ctx context.Context, in GetSheetsExportInput) (*Download, error) {
	return download(ctx, c, "/sheets/export", in)
}

// PostSheetsFreezeInput is what PostSheetsFreeze takes.
type PostSheetsFreezeInput struct {
	Decided string `json:"decided,omitempty"` // 评论没有收全（unfinished）而仍要冻结的理由
	Hash    string `json:"hash"`              // 草稿的 hash，见 GET /sheets
	Name    string `json:"name,omitempty"`    // 名称
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Reason  string `json:"reason,omitempty"`  // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Watch   int64  `json:"watch,omitempty"`   // 监测任务编号，空为全部
}

// PostSheetsFreeze: 冻结报送表。令牌范围：write。角色：平台监测站。
func (c *Client) PostSheetsFreeze(ctx context.Context, in PostSheetsFreezeInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/sheets/freeze", in, nil)
}

// GetSheetsPreviewInput is what GetSheetsPreview takes.
type GetSheetsPreviewInput struct {
	Name    string `json:"name,omitempty"`    // 名称
	Period  string `json:"period,omitempty"`  // 报送期，如 2026-11；不写为当前要做的一期
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Watch   int64  `json:"watch,omitempty"`   // 监测任务编号，空为全部
}

// GetSheetsPreview: 报送表预览。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSheetsPreview(ctx context.Context, in GetSheetsPreviewInput) (*Download, error) {
	return download(ctx, c, "/sheets/preview", in)
}

// PostSheetsPushInput is what PostSheetsPush takes.
type PostSheetsPushInput struct {
	Name    string `json:"name,omitempty"`   // 名称
	Period  string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
	Version int64  `json:"version"`          // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Watch   int64  `json:"watch,omitempty"`  // 监测任务编号，空为全部
}

// PostSheetsPush: 报送到研究中心。令牌范围：submit。角色：平台监测站。
func (c *Client) PostSheetsPush(ctx context.Context, in PostSheetsPushInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/sheets/push", in, nil)
}

// PostSheetsSubmitInput is what PostSheetsSubmit takes.
type PostSheetsSubmitInput struct {
	Name    string `json:"name,omitempty"`   // 名称
	Period  string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
	Version int64  `json:"version"`          // 读到的版本，新建为 0；报送的文件是报送表的第几版
	Watch   int64  `json:"watch,omitempty"`  // 监测任务编号，空为全部
}

// PostSheetsSubmit: 登记报送。令牌范围：submit。角色：平台监测站。
func (c *Client) PostSheetsSubmit(ctx context.Context, in PostSheetsSubmitInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/sheets/submit", in, nil)
}

// GetStations: 监测站名单。令牌范围：admin。角色：管理员。
func (c *Client) GetStations(ctx context.Context) (StationsPage, error) {
	return call[StationsPage](ctx, c, "GET", "/stations", nil, nil)
}

// PostStationsIdInput is what PostStationsId takes.
type PostStationsIdInput struct {
	Kind    string `json:"kind"`              // 类型；意见：submission 报送文件、lead 线索、case 案件、bulletin 通报
	Name    string `json:"name"`              // 名称
	Status  string `json:"status,omitempty"`  // active、warned、exited
	Version int64  `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostStationsId: 修改监测站名单。令牌范围：admin。角色：管理员。
func (c *Client) PostStationsId(ctx context.Context, id string, in PostStationsIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/stations/"+url.PathEscape(id), in, nil)
}

// GetSubmissionsInput is what GetSubmissions takes.
type GetSubmissionsInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Page    int64             `json:"page,omitempty"`    // 第几页，从 1 起
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Size    int64             `json:"size,omitempty"`    // 每页几行：20、50、100、200；图片：small 为小图，不写为大图
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetSubmissions: 报送文件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSubmissions(ctx context.Context, in GetSubmissionsInput) (SubmissionsPage, error) {
	return call[SubmissionsPage](ctx, c, "GET", "/submissions", in, nil)
}

// GetSubmissionsExportInput is what GetSubmissionsExport takes.
type GetSubmissionsExportInput struct {
	Columns []string          `json:"columns,omitempty"` // 要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认
	Filter  map[string]string `json:"filter,omitempty"`  // 按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns
	Format  string            `json:"format"`            // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
	Q       string            `json:"q,omitempty"`       // 查找的文字
	Sort    string            `json:"sort,omitempty"`    // 按哪一列排序，前加 - 为从大到小
}

// GetSubmissionsExport: 导出报送文件目录。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSubmissionsExport(ctx context.Context, in GetSubmissionsExportInput) (*Download, error) {
	return download(ctx, c, "/submissions/export", in)
}

// GetSubmissionsIdInput is what GetSubmissionsId takes.
type GetSubmissionsIdInput struct {
	Format string `json:"format,omitempty"` // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
}

// GetSubmissionsId: 下载报送文件。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetSubmissionsId(ctx context.Context, id string, in GetSubmissionsIdInput) (*Download, error) {
	return download(ctx, c, "/submissions/"+url.PathEscape(id), in)
}

// GetTokens: 对接。令牌范围：admin。角色：管理员。
func (c *Client) GetTokens(ctx context.Context) (TokensPage, error) {
	return call[TokensPage](ctx, c, "GET", "/tokens", nil, nil)
}

// PostTokensIdRevoke: 停用令牌。令牌范围：admin。角色：管理员。
func (c *Client) PostTokensIdRevoke(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/tokens/"+url.PathEscape(id)+"/revoke", nil, nil)
}

// GetTrendsInput is what GetTrends takes.
type GetTrendsInput struct {
	Count   string `json:"count,omitempty"`   //  negative affirmed
	Hazard  string `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword string `json:"keyword,omitempty"` // 商品关键词
	N       string `json:"n,omitempty"`       //  6 12 24
}

// GetTrends: 趋势。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetTrends(ctx context.Context, in GetTrendsInput) (TrendsPage, error) {
	return call[TrendsPage](ctx, c, "GET", "/trends", in, nil)
}

// GetTrendsDataInput is what GetTrendsData takes.
type GetTrendsDataInput struct {
	Count   string `json:"count,omitempty"`   //  negative affirmed
	Hazard  string `json:"hazard,omitempty"`  //  none chemical electrical fake fire injury mechanical microbiological noise quality radiation thermal
	Keyword string `json:"keyword,omitempty"` // 商品关键词
	N       string `json:"n,omitempty"`       //  6 12 24
}

// GetTrendsData: 趋势数据。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetTrendsData(ctx context.Context, in GetTrendsDataInput) (TrendTable, error) {
	return call[TrendTable](ctx, c, "GET", "/trends/data", in, nil)
}

// GetUrgentInput is what GetUrgent takes.
type GetUrgentInput struct {
	Older int64 `json:"older,omitempty"` // 已处理的第几页，从 1 起
	Page  int64 `json:"page,omitempty"`  // 第几页，从 1 起
}

// GetUrgent: 重要风险信息。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetUrgent(ctx context.Context, in GetUrgentInput) (UrgentPage, error) {
	return call[UrgentPage](ctx, c, "GET", "/urgent", in, nil)
}

// PostUrgentManyInput is what PostUrgentMany takes.
type PostUrgentManyInput struct {
	Back   string   `json:"back,omitempty"` // 网页用
	Ids    []string `json:"ids"`            // 选中的各条的编号
	Reason string   `json:"reason"`         // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
}

// PostUrgentMany: 排除多条重要风险信息候选。令牌范围：write。角色：平台监测站。
func (c *Client) PostUrgentMany(ctx context.Context, in PostUrgentManyInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/urgent/many", in, nil)
}

// GetUrgentNew: 报送重要风险信息。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) GetUrgentNew(ctx context.Context) (UrgentForm, error) {
	return call[UrgentForm](ctx, c, "GET", "/urgent/new", nil, nil)
}

// PostUrgentNewInput is what PostUrgentNew takes.
type PostUrgentNewInput struct {
	Advice    string `json:"advice,omitempty"`    // 初步建议
	Companies string `json:"companies,omitempty"` // 涉及企业（数量）
	Content   string `json:"content"`             // 内容
	Event     string `json:"event"`               // 发生了什么
	Filler    string `json:"filler"`              // 填报人
	Found     string `json:"found"`               // 发现时间，如 2026-11-20T08:00
	Harm      string `json:"harm,omitempty"`      // 伤亡和损失
	Measures  string `json:"measures,omitempty"`  // 已采取的措施
	Phone     string `json:"phone"`               // 联系电话
	Place     string `json:"place,omitempty"`     // 发生地点、涉及区域
	Product   string `json:"product"`             // 涉及产品
	Source    string `json:"source,omitempty"`    // 信息来源
	Spread    string `json:"spread,omitempty"`    // 影响范围
	Station   int64  `json:"station,omitempty"`   // 监测站编号
	Trigger   int64  `json:"trigger"`             // 属于哪种情形，1 或 2
}

// PostUrgentNew: 报送重要风险信息。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostUrgentNew(ctx context.Context, in PostUrgentNewInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/urgent/new", in, nil)
}

// GetUrgentId: 重要风险信息。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetUrgentId(ctx context.Context, id string) (WrittenPage, error) {
	return call[WrittenPage](ctx, c, "GET", "/urgent/"+url.PathEscape(id), nil, nil)
}

// PostUrgentIdInput is what PostUrgentId takes.
type PostUrgentIdInput struct {
	Decision string `json:"decision"` // confirm 或 dismiss
	Reason   string `json:"reason"`   // 理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict
}

// PostUrgentId: 处理重要风险信息候选。令牌范围：write。角色：平台监测站。
func (c *Client) PostUrgentId(ctx context.Context, id string, in PostUrgentIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/urgent/"+url.PathEscape(id), in, nil)
}

// GetUrgentIdDownloadInput is what GetUrgentIdDownload takes.
type GetUrgentIdDownloadInput struct {
	Format string `json:"format"` // 报表：xlsx、docx、pdf、html、json；列表：xlsx、csv
}

// GetUrgentIdDownload: 下载重要风险信息。令牌范围：read。角色：平台监测站、行业组织、检验检测机构监测站、研究中心、市场监管局（只读）。
func (c *Client) GetUrgentIdDownload(ctx context.Context, id string, in GetUrgentIdDownloadInput) (*Download, error) {
	return download(ctx, c, "/urgent/"+url.PathEscape(id)+"/download", in)
}

// PostUrgentIdPush: 报送重要风险信息到研究中心。令牌范围：submit。角色：平台监测站、行业组织、检验检测机构监测站、研究中心。
func (c *Client) PostUrgentIdPush(ctx context.Context, id string) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/urgent/"+url.PathEscape(id)+"/push", nil, nil)
}

// GetWatches: 监测任务。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetWatches(ctx context.Context) (WatchesPage, error) {
	return call[WatchesPage](ctx, c, "GET", "/watches", nil, nil)
}

// GetWatchesId: 监测任务。令牌范围：read。角色：平台监测站、研究中心、市场监管局（只读）。
func (c *Client) GetWatchesId(ctx context.Context, id string) (WatchPage, error) {
	return call[WatchPage](ctx, c, "GET", "/watches/"+url.PathEscape(id), nil, nil)
}

// PostWatchesIdInput is what PostWatchesId takes.
type PostWatchesIdInput struct {
	Keywords []string `json:"keywords"`          // 商品关键词
	Name     string   `json:"name"`              // 名称
	Sets     []string `json:"sets,omitempty"`    // 评论关键词的组：安全核心、安全全部、含一般质量，或 领域： 加领域的名称；词库变了跟着变
	Sources  []string `json:"sources,omitempty"` // 站点配置
	Terms    []string `json:"terms,omitempty"`   // 评论关键词，空为词库全部
	Version  int64    `json:"version,omitempty"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostWatchesId: 保存监测任务。令牌范围：write。角色：平台监测站。
func (c *Client) PostWatchesId(ctx context.Context, id string, in PostWatchesIdInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/watches/"+url.PathEscape(id), in, nil)
}

// PostWatchesIdCollectInput is what PostWatchesIdCollect takes.
type PostWatchesIdCollectInput struct {
	Full   bool   `json:"full,omitempty"`   // 不管上次采到哪里，全部重读
	Period string `json:"period,omitempty"` // 报送期，如 2026-11；不写为当前要做的一期
}

// PostWatchesIdCollect: 开始采集。令牌范围：write。角色：平台监测站。
func (c *Client) PostWatchesIdCollect(ctx context.Context, id string, in PostWatchesIdCollectInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/watches/"+url.PathEscape(id)+"/collect", in, nil)
}

// PostWatchesIdDeleteInput is what PostWatchesIdDelete takes.
type PostWatchesIdDeleteInput struct {
	Version int64 `json:"version"` // 读到的版本，新建为 0；报送的文件是报送表的第几版
}

// PostWatchesIdDelete: 删除监测任务。令牌范围：write。角色：平台监测站。
func (c *Client) PostWatchesIdDelete(ctx context.Context, id string, in PostWatchesIdDeleteInput) (Moved, error) {
	return call[Moved](ctx, c, "POST", "/watches/"+url.PathEscape(id)+"/delete", in, nil)
}

// AccountPage is accountPage of the document.
type AccountPage struct {
	Account  Account   `json:"account"`
	Roles    []string  `json:"roles"`
	Stations []Station `json:"stations"`
}

// AccountsPage is accountsPage of the document.
type AccountsPage struct {
	Accounts []Account `json:"accounts"`
	Roles    []string  `json:"roles"`
	Stations []Station `json:"stations"`
}

// AccuracyPage is accuracyPage of the document.
type AccuracyPage struct {
	Falls     []Fall           `json:"falls"`
	Period    string           `json:"period"`
	Periods   []ChapingQuality `json:"periods"`
	Planned   bool             `json:"planned"`
	Sample    Sample           `json:"sample"`
	Statement []Definition     `json:"statement"`
}

// ProductLine is analysis.ProductLine of the document.
type ProductLine struct {
	AffirmedReviews    int64          `json:"affirmed_reviews"`
	AllNegativeReviews int64          `json:"all_negative_reviews"`
	Keywords           []string       `json:"keywords"`
	NegativeReviews    int64          `json:"negative_reviews"`
	Product            ChapingProduct `json:"product"`
	Reviews            int64          `json:"reviews"`
	Terms              []string       `json:"terms"`
}

// ProductMonth is analysis.ProductMonth of the document.
type ProductMonth struct {
	High     float64 `json:"high,omitempty"`
	Low      float64 `json:"low,omitempty"`
	Negative int64   `json:"negative"`
	Period   string  `json:"period"`
	Reviews  int64   `json:"reviews"`
}

// AnnualPage is annualPage of the document.
type AnnualPage struct {
	Done      int64           `json:"done"`
	Draft     StationDraft    `json:"draft"`
	Figures   time.Time       `json:"figures"`
	Formats   []string        `json:"formats"`
	Frozen    []ShownSheet    `json:"frozen"`
	Kinds     []string        `json:"kinds"`
	Lists     []AnnualList    `json:"lists"`
	Refused   []InputError    `json:"refused"`
	Sections  []AnnualSection `json:"sections"`
	Station   Station         `json:"station"`
	Store     bool            `json:"store"`
	Submitted []Submission    `json:"submitted"`
	Title     string          `json:"title"`
	Written   AnnualText      `json:"written"`
	Year      int64           `json:"year"`
	Years     []int64         `json:"years"`
}

// AnnualText is annualText of the document.
type AnnualText struct {
	Products []string          `json:"products"`
	Texts    map[string]string `json:"texts"`
}

// Backup is app.Backup of the document.
type Backup struct {
	Bytes    int64     `json:"bytes"`
	Made     time.Time `json:"made"`
	Name     string    `json:"name"`
	Verified *Verified `json:"verified,omitempty"`
}

// BackupResult is app.BackupResult of the document.
type BackupResult struct {
	Bytes int64            `json:"bytes"`
	File  string           `json:"file"`
	Made  time.Time        `json:"made"`
	Parts int64            `json:"parts"`
	Rows  map[string]int64 `json:"rows"`
}

// AppChoice is app.Choice of the document.
type AppChoice struct {
	Answers  map[string]string `json:"answers,omitempty"`
	Facts    Facts             `json:"facts"`
	Map      map[string]string `json:"map,omitempty"`
	Profile  string            `json:"profile,omitempty"`
	SaveAs   string            `json:"save_as,omitempty"`
	TableMap map[string]string `json:"table_map,omitempty"`
}

// CollectResult is app.CollectResult of the document.
type CollectResult struct {
	Complete bool              `json:"complete"`
	Period   string            `json:"period"`
	Sources  []CollectedSource `json:"sources"`
}

// CollectedSource is app.CollectedSource of the document.
type CollectedSource struct {
	Appended       int64           `json:"appended"`
	BudgetSpent    bool            `json:"budget_spent"`
	Bytes          int64           `json:"bytes"`
	Currencies     []string        `json:"currencies"`
	Dead           int64           `json:"dead"`
	Defaults       int64           `json:"defaults"`
	Denied         int64           `json:"denied"`
	Duplicates     int64           `json:"duplicates"`
	Examples       []Fault         `json:"examples"`
	Faults         int64           `json:"faults"`
	Finished       time.Time       `json:"finished"`
	First          bool            `json:"first"`
	ForeignPrices  int64           `json:"foreign_prices"`
	Gaps           int64           `json:"gaps"`
	GradedByText   int64           `json:"graded_by_text"`
	Irrelevant     int64           `json:"irrelevant"`
	Keywords       []KeywordReport `json:"keywords"`
	Letters        []Letter        `json:"letters"`
	Listings       int64           `json:"listings"`
	MixedOrder     int64           `json:"mixed_order"`
	Outside        int64           `json:"outside"`
	Pages          int64           `json:"pages"`
	Platform       string          `json:"platform"`
	Products       int64           `json:"products"`
	Refused        int64           `json:"refused"`
	Removed        bool            `json:"removed"`
	Resting        []Rest          `json:"resting"`
	Resumed        time.Time       `json:"resumed,omitzero"`
	Reviews        int64           `json:"reviews"`
	Robots         int64           `json:"robots"`
	Run            string          `json:"run"`
	Shared         int64           `json:"shared"`
	Site           string          `json:"site"`
	Started        time.Time       `json:"started"`
	Truncated      []Fault         `json:"truncated"`
	TruncatedLists int64           `json:"truncated_lists"`
	Twins          int64           `json:"twins"`
	Unchanged      int64           `json:"unchanged"`
	Unfinished     int64           `json:"unfinished"`
	Untold         int64           `json:"untold"`
	VagueDates     int64           `json:"vague_dates"`
	Window         Window          `json:"window"`
}

// ImportResult is app.ImportResult of the document.
type ImportResult struct {
	Accepted             int64                `json:"accepted"`
	Alike                []Example            `json:"alike,omitempty"`
	Content              string               `json:"content,omitempty"`
	Cut                  int64                `json:"cut"`
	Damaged              int64                `json:"damaged"`
	Days                 map[string]int64     `json:"days,omitempty"`
	Decoded              int64                `json:"decoded"`
	Defaults             int64                `json:"defaults"`
	Distinct             int64                `json:"distinct"`
	Examples             map[string][]Example `json:"examples,omitempty"`
	File                 string               `json:"file"`
	First                time.Time            `json:"first"`
	FollowUps            int64                `json:"follow_ups,omitempty"`
	Further              int64                `json:"further"`
	GradedByText         int64                `json:"graded_by_text"`
	Grades               map[string]int64     `json:"grades"`
	KnownOtherwise       int64                `json:"known_otherwise"`
	KnownPerhaps         int64                `json:"known_perhaps,omitempty"`
	Last                 time.Time            `json:"last"`
	Listed               *ListedProducts      `json:"listed,omitempty"`
	Merged               int64                `json:"merged"`
	New                  int64                `json:"new"`
	NotChinese           int64                `json:"not_chinese"`
	Noted                int64                `json:"noted"`
	Numbered             int64                `json:"numbered"`
	Others               int64                `json:"others"`
	Passed               int64                `json:"passed"`
	Problems             []InputError         `json:"problems,omitempty"`
	Products             int64                `json:"products"`
	ProductsWithoutFacts int64                `json:"products_without_facts"`
	Profile              string               `json:"profile"`
	Questions            []Question           `json:"questions,omitempty"`
	RatingRule           string               `json:"rating_rule"`
	Ratings              []RatingCount        `json:"ratings,omitempty"`
	Reasons              map[string]int64     `json:"reasons"`
	Refused              int64                `json:"refused"`
	Relisted             *Relisted            `json:"relisted,omitempty"`
	Repeated             int64                `json:"repeated"`
	Repeats              []Repeat             `json:"repeats,omitempty"`
	Replaced             int64                `json:"replaced"`
	Restarted            bool                 `json:"restarted,omitempty"`
	ResumedAfterLine     int64                `json:"resumed_after_line,omitempty"`
	Rows                 int64                `json:"rows"`
	Run                  string               `json:"run"`
	Tables               []TableSummary       `json:"tables,omitempty"`
	Unjoined             int64                `json:"unjoined"`
	UnjoinedExamples     []string             `json:"unjoined_examples,omitempty"`
	UnreviewedProducts   int64                `json:"unreviewed_products,omitempty"`
	Void                 int64                `json:"void"`
	VoidSkipped          bool                 `json:"void_skipped,omitempty"`
	WithoutKeyword       int64                `json:"without_keyword"`
}

// AppLeadPart is app.LeadPart of the document.
type AppLeadPart struct {
	Record  Lead     `json:"record"`
	Sources []Source `json:"sources"`
}

// Learnt is app.Learnt of the document.
type Learnt struct {
	After             NlpQuality      `json:"after"`
	Before            NlpQuality      `json:"before"`
	Better            bool            `json:"better"`
	Changes           []NlpChange     `json:"changes"`
	Confirmed         int64           `json:"confirmed"`
	Contradictory     []Contradiction `json:"contradictory"`
	Copies            int64           `json:"copies"`
	Current           Learning        `json:"current"`
	Decisions         int64           `json:"decisions"`
	Doubts            []Doubt         `json:"doubts"`
	KnownAfter        NlpShare        `json:"known_after"`
	KnownBefore       NlpShare        `json:"known_before"`
	MissingDecisions  int64           `json:"missing_decisions"`
	MissingRejections int64           `json:"missing_rejections"`
	NotFound          int64           `json:"not_found"`
	Rejected          int64           `json:"rejected"`
	ReviewsGone       int64           `json:"reviews_gone"`
	Same              bool            `json:"same"`
	Stale             bool            `json:"stale"`
	UnknownTerms      []string        `json:"unknown_terms"`
	Version           string          `json:"version,omitempty"`
}

// ListedProducts is app.ListedProducts of the document.
type ListedProducts struct {
	Changed  int64  `json:"changed"`
	New      int64  `json:"new"`
	Platform string `json:"platform,omitempty"`
	Same     int64  `json:"same"`
}

// Look is app.Look of the document.
type Look struct {
	Charset    string         `json:"charset"`
	Columns    []Column       `json:"columns"`
	Dates      []string       `json:"dates"`
	Delimiter  string         `json:"delimiter,omitempty"`
	ExportedAt time.Time      `json:"exported_at,omitzero"`
	File       string         `json:"file"`
	Format     string         `json:"format"`
	HeaderRow  int64          `json:"header_row"`
	Known      string         `json:"known,omitempty"`
	Missing    []string       `json:"missing,omitempty"`
	Open       []Question     `json:"open"`
	Problems   []InputError   `json:"problems,omitempty"`
	Products   int64          `json:"products"`
	Questions  []Question     `json:"questions,omitempty"`
	Rows       int64          `json:"rows"`
	Scale      float64        `json:"scale"`
	Signature  string         `json:"signature"`
	Signed     bool           `json:"signed"`
	Table      *Understanding `json:"table,omitempty"`
	Tables     []TableSummary `json:"tables,omitempty"`
	Whole      bool           `json:"whole"`
}

// Medium is app.Medium of the document.
type Medium struct {
	ID      string `json:"id,omitempty"`
	Problem string `json:"problem,omitempty"`
	URL     string `json:"url"`
	Video   bool   `json:"video"`
}

// Mined is app.Mined of the document.
type Mined struct {
	Affirmed   int64  `json:"affirmed"`
	Dictionary string `json:"dictionary"`
	Fresh      bool   `json:"fresh"`
	Mentions   int64  `json:"mentions"`
	Mined      int64  `json:"mined"`
	NotChinese int64  `json:"not_chinese"`
	Period     string `json:"period"`
	Pinned     int64  `json:"pinned"`
	Reviews    int64  `json:"reviews"`
}

// PlanResult is app.PlanResult of the document.
type PlanResult struct {
	Done      int64        `json:"done"`
	Elsewhere bool         `json:"elsewhere"`
	Plan      string       `json:"plan"`
	Slot      time.Time    `json:"slot"`
	Steps     []StepResult `json:"steps"`
}

// PreviewRow is app.PreviewRow of the document.
type PreviewRow struct {
	Appended  string         `json:"appended,omitempty"`
	Grade     string         `json:"grade"`
	Keyword   string         `json:"keyword"`
	Line      int64          `json:"line"`
	Merged    bool           `json:"merged"`
	Problems  []InputError   `json:"problems,omitempty"`
	Product   ChapingProduct `json:"product"`
	Published time.Time      `json:"published,omitzero"`
	Rating    int64          `json:"rating"`
	Refused   *InputError    `json:"refused,omitempty"`
	Text      string         `json:"text"`
}

// ProfileField is app.ProfileField of the document.
type ProfileField struct {
	Columns []string `json:"columns"`
	Title   string   `json:"title"`
}

// ProfileInfo is app.ProfileInfo of the document.
type ProfileInfo struct {
	Fields   []ProfileField `json:"fields"`
	Name     string         `json:"name"`
	Platform string         `json:"platform"`
	Shipped  bool           `json:"shipped"`
}

// AppReceived is app.Received of the document.
type AppReceived struct {
	About         string       `json:"about,omitempty"`
	Entries       int64        `json:"entries"`
	File          string       `json:"file"`
	Form          string       `json:"form,omitempty"`
	ID            int64        `json:"id"`
	Name          string       `json:"name,omitempty"`
	Period        string       `json:"period"`
	Received      time.Time    `json:"received"`
	Refused       []InputError `json:"refused"`
	Replaced      bool         `json:"replaced,omitempty"`
	ReplacedBy    int64        `json:"replaced_by,omitempty"`
	ReplacedFiles []string     `json:"replaced_files,omitempty"`
	Sha256        string       `json:"sha256"`
	Size          int64        `json:"size"`
	Station       string       `json:"station"`
	StationID     int64        `json:"station_id"`
	Version       int64        `json:"version,omitempty"`
}

// SiteText is app.SiteText of the document.
type SiteText struct {
	Hash string `json:"hash"`
	Name string `json:"name"`
	Own  bool   `json:"own"`
	Text string `json:"text"`
}

// Source is app.Source of the document.
type Source struct {
	Entry      ReportEntry   `json:"entry"`
	Name       string        `json:"name"`
	Omitted    int64         `json:"omitted"`
	Rows       []PlatformRow `json:"rows,omitempty"`
	Station    int64         `json:"station"`
	Submission int64         `json:"submission,omitempty"`
}

// StepResult is app.StepResult of the document.
type StepResult struct {
	Collections []CollectResult `json:"collections,omitempty"`
	Failed      int64           `json:"failed"`
	Files       []string        `json:"files,omitempty"`
	Mined       *Mined          `json:"mined,omitempty"`
	Plan        string          `json:"plan"`
	Raised      int64           `json:"raised,omitempty"`
	Sent        int64           `json:"sent"`
	Step        string          `json:"step"`
}

// Upload is app.Upload of the document.
type Upload struct {
	At        time.Time         `json:"at"`
	By        string            `json:"by"`
	Choice    AppChoice         `json:"choice"`
	File      string            `json:"file"`
	For       string            `json:"for,omitempty"`
	ID        string            `json:"id"`
	Name      string            `json:"name"`
	Owner     string            `json:"owner,omitempty"`
	Table     string            `json:"table,omitempty"`
	TableName string            `json:"table_name,omitempty"`
	Values    map[string]string `json:"values,omitempty"`
}

// Verified is app.Verified of the document.
type Verified struct {
	At      time.Time `json:"at"`
	Problem string    `json:"problem,omitempty"`
}

// AssessedSince is assessedSince of the document.
type AssessedSince struct {
	First   string  `json:"first"`
	Station Station `json:"station"`
}

// AssessmentPage is assessmentPage of the document.
type AssessmentPage struct {
	Rules    RulesView    `json:"rules"`
	Scored   bool         `json:"scored"`
	Stations []Assessment `json:"stations"`
	Weights  Weights      `json:"weights"`
	Year     int64        `json:"year"`
}

// AuditPage is auditPage of the document.
type AuditPage struct {
	Before  int64          `json:"before,omitempty"`
	Entries []StationEntry `json:"entries"`
	Table   TableView      `json:"table"`
}

// BoardLead is boardLead of the document.
type BoardLead struct {
	Advice              string        `json:"advice"`
	Analysis            string        `json:"analysis"`
	Case                string        `json:"case,omitempty"`
	Companies           string        `json:"companies"`
	Content             string        `json:"content"`
	Draft               bool          `json:"draft,omitempty"`
	Endangers           []string      `json:"endangers"`
	Evidence            []string      `json:"evidence,omitempty"`
	From                []string      `json:"from,omitempty"`
	Gone                []LeadKey     `json:"gone,omitempty"`
	Hazard              string        `json:"hazard,omitempty"`
	ID                  string        `json:"id"`
	Kind                string        `json:"kind"`
	NegativeReviews     int64         `json:"negative_reviews"`
	NegativeReviewsMost int64         `json:"negative_reviews_most"`
	Opened              int64         `json:"opened,omitempty"`
	Parts               []AppLeadPart `json:"parts"`
	Priority            float64       `json:"priority"`
	PriorityParts       []LeadPart    `json:"priority_parts"`
	Product             string        `json:"product"`
	Record              Lead          `json:"record"`
	Region              string        `json:"region"`
	Severity            int64         `json:"severity"`
	Source              string        `json:"source"`
	Suggested           bool          `json:"suggested,omitempty"`
}

// BoardPage is boardPage of the document.
type BoardPage struct {
	Entries     int64       `json:"entries"`
	Filed       int64       `json:"filed"`
	Gone        []Lead      `json:"gone,omitempty"`
	Hazard      string      `json:"hazard,omitempty"`
	Late        []string    `json:"late"`
	Leads       []BoardLead `json:"leads"`
	List        TableView   `json:"list"`
	NotReported []string    `json:"not_reported"`
	Notes       []string    `json:"notes"`
	Nothing     int64       `json:"nothing"`
	Omitted     int64       `json:"omitted"`
	Period      string      `json:"period"`
	Rows        int64       `json:"rows"`
	Stations    []string    `json:"stations"`
	Table       BoardTable  `json:"table"`
}

// BoardTable is boardTable of the document.
type BoardTable struct {
	Cells   [][]int64 `json:"cells"`
	Classes []string  `json:"classes"`
	Elapsed string    `json:"elapsed"`
	Mined   []bool    `json:"mined"`
	Periods []string  `json:"periods"`
	Regions []Slice   `json:"regions"`
	Running int64     `json:"running"`
	Terms   []string  `json:"terms"`
	Unit    string    `json:"unit"`
}

// BulletinPage is bulletinPage of the document.
type BulletinPage struct {
	Bulletin Bulletin    `json:"bulletin"`
	Noted    []TakenNote `json:"noted"`
	Own      *TakenNote  `json:"own,omitempty"`
	Talk     Talk        `json:"talk"`
	To       string      `json:"to"`
	Waiting  []string    `json:"waiting"`
}

// BulletinsPage is bulletinsPage of the document.
type BulletinsPage struct {
	Bulletins []ShownBulletin `json:"bulletins"`
	Kinds     []string        `json:"kinds"`
	Stations  []Station       `json:"stations"`
}

// Due is calendar.Due of the document.
type Due struct {
	Day         time.Time `json:"day"`
	Provisional bool      `json:"provisional"`
}

// CalendarLine is calendarLine of the document.
type CalendarLine struct {
	Due    Due    `json:"due"`
	Moved  bool   `json:"moved"`
	Past   bool   `json:"past"`
	Period string `json:"period"`
	Window Window `json:"window"`
}

// CalendarPage is calendarPage of the document.
type CalendarPage struct {
	Now     string         `json:"now"`
	Periods []CalendarLine `json:"periods"`
	Year    int64          `json:"year"`
}

// CasePage is casePage of the document.
type CasePage struct {
	Case     Case       `json:"case"`
	Kinds    []string   `json:"kinds"`
	Leads    []LeadLink `json:"leads,omitempty"`
	Notes    []Note     `json:"notes"`
	Stations []Station  `json:"stations"`
	Talk     Talk       `json:"talk"`
}

// CasesPage is casesPage of the document.
type CasesPage struct {
	Cases   []Case    `json:"cases"`
	Open    int64     `json:"open"`
	Overdue int64     `json:"overdue"`
	Steps   []Lag     `json:"steps"`
	Table   TableView `json:"table"`
}

// Amount is chaping.Amount of the document.
type Amount struct {
	Estimate float64 `json:"estimate"`
	High     float64 `json:"high"`
	Known    bool    `json:"known"`
	Low      float64 `json:"low"`
}

// Hurry is chaping.Hurry of the document.
type Hurry struct {
	By        string  `json:"by"`
	Decisions int64   `json:"decisions"`
	Seconds   float64 `json:"seconds"`
}

// InputError is chaping.InputError of the document.
type InputError struct {
	Field   string `json:"field"`
	File    string `json:"file"`
	Line    int64  `json:"line"`
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
	Value   string `json:"value"`
}

// Judgement is chaping.Judgement of the document.
type Judgement struct {
	At       time.Time `json:"at,omitzero"`
	By       string    `json:"by,omitempty"`
	Decision int64     `json:"decision,omitempty"`
	Note     string    `json:"note,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Review   ReviewKey `json:"review"`
	Term     string    `json:"term"`
	Verdict  string    `json:"verdict"` //  confirmed rejected
}

// Mention is chaping.Mention of the document.
type Mention struct {
	Assertion string `json:"assertion"`
	Cue       string `json:"cue,omitempty"`
	End       int64  `json:"end"`
	Start     int64  `json:"start"`
	Surface   string `json:"surface"`
	Term      string `json:"term"`
}

// PartShare is chaping.PartShare of the document.
type PartShare struct {
	Estimate   float64 `json:"estimate"`
	High       float64 `json:"high"`
	Hits       int64   `json:"hits"`
	Judged     int64   `json:"judged"`
	Known      string  `json:"known"`
	Low        float64 `json:"low"`
	Name       string  `json:"name"`
	Population int64   `json:"population"`
	Sampled    int64   `json:"sampled"`
}

// Price is chaping.Price of the document.
type Price struct {
	High int64 `json:"high"`
	Low  int64 `json:"low"`
}

// ChapingProduct is chaping.Product of the document.
type ChapingProduct struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Platform string `json:"platform"`
	Price    Price  `json:"price"`
	Shop     Shop   `json:"shop"`
	URL      string `json:"url"`
}

// ChapingQuality is chaping.Quality of the document.
type ChapingQuality struct {
	Affirmed        ChapingShare `json:"affirmed"`
	Counted         int64        `json:"counted"`
	Defaults        int64        `json:"defaults"`
	Dictionary      string       `json:"dictionary"`
	Disagreed       int64        `json:"disagreed"`
	Fields          []PartShare  `json:"fields,omitempty"`
	Gone            int64        `json:"gone"`
	Hazards         []PartShare  `json:"hazards,omitempty"`
	Hidden          int64        `json:"hidden"`
	Hurried         []Hurry      `json:"hurried,omitempty"`
	Learnt          bool         `json:"learnt,omitempty"`
	Margin          float64      `json:"margin"`
	Missed          Amount       `json:"missed"`
	Negative        ChapingShare `json:"negative"`
	Period          string       `json:"period"`
	Reviews         int64        `json:"reviews"`
	Right           Amount       `json:"right"`
	Satisfied       int64        `json:"satisfied"`
	Seed            int64        `json:"seed"`
	Unequal         int64        `json:"unequal"`
	Unfound         Amount       `json:"unfound"`
	UnfoundNegative ChapingShare `json:"unfound_negative"`
	UnfoundOther    ChapingShare `json:"unfound_other"`
}

// Reading is chaping.Reading of the document.
type Reading struct {
	At       time.Time `json:"at,omitzero"`
	By       string    `json:"by,omitempty"`
	Decision int64     `json:"decision,omitempty"`
	Marks    []Span    `json:"marks,omitempty"`
	Problem  bool      `json:"problem"`
	Review   ReviewKey `json:"review"`
}

// ReviewKey is chaping.ReviewKey of the document.
type ReviewKey struct {
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
}

// ChapingShare is chaping.Share of the document.
type ChapingShare struct {
	Estimate   float64 `json:"estimate"`
	High       float64 `json:"high"`
	Hits       int64   `json:"hits"`
	Judged     int64   `json:"judged"`
	Known      string  `json:"known"`
	Low        float64 `json:"low"`
	Population int64   `json:"population"`
	Sampled    int64   `json:"sampled"`
}

// Shop is chaping.Shop of the document.
type Shop struct {
	ID     string `json:"id,omitempty"`
	Name   string `json:"name"`
	Region string `json:"region,omitempty"`
}

// Span is chaping.Span of the document.
type Span struct {
	End   int64 `json:"end"`
	Start int64 `json:"start"`
}

// Tally is chaping.Tally of the document.
type Tally struct {
	AffirmedReviews       int64          `json:"affirmed_reviews"`
	AllNegativeReviews    int64          `json:"all_negative_reviews"`
	Dictionary            string         `json:"dictionary"`
	HiddenComplaints      int64          `json:"hidden_complaints"`
	Keyword               string         `json:"keyword"`
	NegativeReviews       int64          `json:"negative_reviews"`
	Period                string         `json:"period"`
	Product               ChapingProduct `json:"product"`
	Reviews               int64          `json:"reviews"`
	ReviewsWithoutDefault int64          `json:"reviews_without_default"`
	Term                  string         `json:"term"`
}

// Term is chaping.Term of the document.
type Term struct {
	Field    string   `json:"field"`
	Hazard   string   `json:"hazard"`
	Name     string   `json:"name"`
	Severity int64    `json:"severity"`
	Surfaces []string `json:"surfaces"`
}

// Window is chaping.Window of the document.
type Window struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Choice is choice of the document.
type Choice struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Clause is clause of the document.
type Clause struct {
	End   int64  `json:"end"`
	Start int64  `json:"start"`
	Text  string `json:"text"`
}

// CommentsPage is commentsPage of the document.
type CommentsPage struct {
	Talk  Talk   `json:"talk"`
	Title string `json:"title"`
}

// Counted is counted of the document.
type Counted struct {
	Judging bool  `json:"judging"`
	Mined   bool  `json:"mined"`
	Reviews int64 `json:"reviews"`
	Stale   bool  `json:"stale"`
}

// CoveragePage is coveragePage of the document.
type CoveragePage struct {
	Coverage Coverage `json:"coverage"`
	Period   string   `json:"period"`
}

// CrawlerDraft is crawler.Draft of the document.
type CrawlerDraft struct {
	Asked    []string `json:"asked"`
	Keyword  string   `json:"keyword"`
	Missing  []string `json:"missing"`
	Products int64    `json:"products"`
	Profile  string   `json:"profile"`
	Reviews  int64    `json:"reviews"`
	Source   string   `json:"source"`
	Trial    Trial    `json:"trial"`
	URL      string   `json:"url"`
}

// Fault is crawler.Fault of the document.
type Fault struct {
	Field   string `json:"field,omitempty"`
	Problem string `json:"problem"`
	URL     string `json:"url"`
	Value   string `json:"value,omitempty"`
}

// FieldTrial is crawler.FieldTrial of the document.
type FieldTrial struct {
	Fault  string `json:"fault,omitempty"`
	Field  string `json:"field"`
	Found  int64  `json:"found"`
	Needed bool   `json:"needed"`
	Value  string `json:"value"`
}

// KeywordReport is crawler.KeywordReport of the document.
type KeywordReport struct {
	Found     int64  `json:"found"`
	Keyword   string `json:"keyword"`
	Listings  int64  `json:"listings"`
	Repeated  int64  `json:"repeated"`
	Truncated bool   `json:"truncated"`
}

// Letter is crawler.Letter of the document.
type Letter struct {
	Reason string `json:"reason"`
	URL    string `json:"url"`
}

// StepTrial is crawler.StepTrial of the document.
type StepTrial struct {
	Error  string       `json:"error,omitempty"`
	Fields []FieldTrial `json:"fields"`
	Items  int64        `json:"items"`
	List   bool         `json:"list"`
	Step   string       `json:"step"`
}

// Trial is crawler.Trial of the document.
type Trial struct {
	Bytes int64       `json:"bytes"`
	Steps []StepTrial `json:"steps"`
	URL   string      `json:"url"`
}

// DashboardPage is dashboardPage of the document.
type DashboardPage struct {
	Days      int64        `json:"days"`
	Due       Due          `json:"due"`
	Falls     []Fall       `json:"falls"`
	Jobs      []Job        `json:"jobs"`
	Kpis      []Kpi        `json:"kpis"`
	More      int64        `json:"more"`
	Next      int64        `json:"next"`
	Notices   []Notice     `json:"notices"`
	Period    string       `json:"period"`
	Quality   []Definition `json:"quality"`
	Rows      []Tally      `json:"rows"`
	Steps     []Step       `json:"steps"`
	Submitted bool         `json:"submitted"`
	Unsent    []Unsent     `json:"unsent"`
	Urgent    int64        `json:"urgent"`
	Watches   []Watch      `json:"watches"`
}

// Difference is difference of the document.
type Difference struct {
	Field  string `json:"field"`
	Mine   string `json:"mine"`
	Theirs string `json:"theirs"`
}

// ClauseGroup is discover.ClauseGroup of the document.
type ClauseGroup struct {
	Examples    []string `json:"examples"`
	NearestTerm string   `json:"nearest_term"`
	Phrase      string   `json:"phrase"`
	Reviews     int64    `json:"reviews"`
}

// Coverage is discover.Coverage of the document.
type Coverage struct {
	ComplainingPositiveReviews int64         `json:"complaining_positive_reviews"`
	Groups                     []ClauseGroup `json:"groups"`
	NegativeReviews            int64         `json:"negative_reviews"`
	ServiceOnly                int64         `json:"service_only"`
	WithoutAffirmedMention     int64         `json:"without_affirmed_mention"`
}

// Fall is fall of the document.
type Fall struct {
	Before Amount `json:"before"`
	Kind   string `json:"kind"`
	Now    Amount `json:"now"`
	Since  string `json:"since"`
	Text   string `json:"text"`
}

// FormPage is formPage of the document.
type FormPage struct {
	Draft     StationDraft `json:"draft"`
	Due       Due          `json:"due"`
	Ended     bool         `json:"ended"`
	Faults    []RowFault   `json:"faults"`
	Formats   []string     `json:"formats"`
	Frozen    []ShownSheet `json:"frozen"`
	Overdue   bool         `json:"overdue"`
	Period    string       `json:"period"`
	Periods   []string     `json:"periods"`
	Rows      []ShownRow   `json:"rows"`
	Sheet     OwnSheet     `json:"sheet"`
	Station   Station      `json:"station"`
	Stations  []Station    `json:"stations,omitempty"`
	Submitted []Submission `json:"submitted"`
	Unsent    []Unsent     `json:"unsent"`
}

// Rest is frontier.Rest of the document.
type Rest struct {
	Host   string    `json:"host"`
	Reason string    `json:"reason"`
	Until  time.Time `json:"until"`
}

// Hit is hit of the document.
type Hit struct {
	Detail string `json:"detail,omitempty"`
	Path   string `json:"path"`
	Title  string `json:"title"`
}

// HitGroup is hitGroup of the document.
type HitGroup struct {
	Hits    []Hit  `json:"hits"`
	Kind    string `json:"kind"`
	More    bool   `json:"more"`
	Problem string `json:"problem,omitempty"`
}

// HomePage is homePage of the document.
type HomePage struct {
	Bulletins []Bulletin `json:"bulletins"`
	Cases     []Case     `json:"cases"`
	Due       Due        `json:"due"`
	Kpis      []Kpi      `json:"kpis"`
	Missing   int64      `json:"missing"`
	Notices   []Notice   `json:"notices"`
	Owed      int64      `json:"owed"`
	Period    string     `json:"period"`
	Stations  []Duty     `json:"stations"`
	Waiting   []Notice   `json:"waiting"`
}

// ImportPage is importPage of the document.
type ImportPage struct {
	MaxMegabytes int64    `json:"max_megabytes"`
	Profiles     []string `json:"profiles"`
	Waiting      []Upload `json:"waiting"`
}

// ImportPreview is importPreview of the document.
type ImportPreview struct {
	Rows    []PreviewRow `json:"rows"`
	Summary Summary      `json:"summary"`
	Upload  Upload       `json:"upload"`
}

// Column is importer.Column of the document.
type Column struct {
	Confidence string   `json:"confidence,omitempty"`
	Fault      string   `json:"fault,omitempty"`
	Field      string   `json:"field,omitempty"`
	Filled     int64    `json:"filled"`
	Looks      string   `json:"looks,omitempty"`
	Name       string   `json:"name"`
	Parsed     int64    `json:"parsed"`
	Samples    []string `json:"samples"`
}

// Example is importer.Example of the document.
type Example struct {
	Field  string `json:"field,omitempty"`
	File   string `json:"file,omitempty"`
	Line   int64  `json:"line"`
	Remedy string `json:"remedy,omitempty"`
	Text   string `json:"text,omitempty"`
	Value  string `json:"value"`
}

// Facts is importer.Facts of the document.
type Facts struct {
	Also      []string `json:"also,omitempty"`
	Keyword   string   `json:"keyword,omitempty"`
	Price     string   `json:"price,omitempty"`
	Product   string   `json:"product,omitempty"`
	ProductID string   `json:"product_id,omitempty"`
	Region    string   `json:"region,omitempty"`
	Shop      string   `json:"shop,omitempty"`
	ShopID    string   `json:"shop_id,omitempty"`
	URL       string   `json:"url,omitempty"`
}

// Field is importer.Field of the document.
type Field struct {
	Name  string `json:"name"`
	Title string `json:"title"`
}

// Question is importer.Question of the document.
type Question struct {
	Assumed string   `json:"assumed"`
	Blocks  bool     `json:"blocks"`
	Column  string   `json:"column,omitempty"`
	Field   string   `json:"field,omitempty"`
	Kind    string   `json:"kind"`
	Samples []string `json:"samples,omitempty"`
	Text    string   `json:"text"`
}

// RatingCount is importer.RatingCount of the document.
type RatingCount struct {
	Grade    string `json:"grade"`
	Negative int64  `json:"negative"`
	Rating   string `json:"rating"`
	Read     int64  `json:"read"`
	Rows     int64  `json:"rows"`
}

// Repeat is importer.Repeat of the document.
type Repeat struct {
	Rows int64  `json:"rows"`
	Text string `json:"text"`
}

// Summary is importer.Summary of the document.
type Summary struct {
	Accepted             int64                `json:"accepted"`
	Alike                []Example            `json:"alike,omitempty"`
	Cut                  int64                `json:"cut"`
	Damaged              int64                `json:"damaged"`
	Days                 map[string]int64     `json:"days,omitempty"`
	Decoded              int64                `json:"decoded"`
	Defaults             int64                `json:"defaults"`
	Examples             map[string][]Example `json:"examples,omitempty"`
	File                 string               `json:"file"`
	First                time.Time            `json:"first"`
	FollowUps            int64                `json:"follow_ups,omitempty"`
	Further              int64                `json:"further"`
	GradedByText         int64                `json:"graded_by_text"`
	Grades               map[string]int64     `json:"grades"`
	KnownOtherwise       int64                `json:"known_otherwise"`
	KnownPerhaps         int64                `json:"known_perhaps,omitempty"`
	Last                 time.Time            `json:"last"`
	Merged               int64                `json:"merged"`
	NotChinese           int64                `json:"not_chinese"`
	Noted                int64                `json:"noted"`
	Numbered             int64                `json:"numbered"`
	Others               int64                `json:"others"`
	Passed               int64                `json:"passed"`
	Products             int64                `json:"products"`
	ProductsWithoutFacts int64                `json:"products_without_facts"`
	Questions            []Question           `json:"questions,omitempty"`
	Ratings              []RatingCount        `json:"ratings,omitempty"`
	Reasons              map[string]int64     `json:"reasons"`
	Refused              int64                `json:"refused"`
	Repeats              []Repeat             `json:"repeats,omitempty"`
	Rows                 int64                `json:"rows"`
	Tables               []TableSummary       `json:"tables,omitempty"`
	Unjoined             int64                `json:"unjoined"`
	UnjoinedExamples     []string             `json:"unjoined_examples,omitempty"`
	Void                 int64                `json:"void"`
	VoidSkipped          bool                 `json:"void_skipped,omitempty"`
	WithoutKeyword       int64                `json:"without_keyword"`
}

// TableSummary is importer.TableSummary of the document.
type TableSummary struct {
	HeaderRow int64  `json:"header_row,omitempty"`
	Hidden    bool   `json:"hidden,omitempty"`
	Name      string `json:"name"`
	Rows      int64  `json:"rows"`
	Skipped   string `json:"skipped,omitempty"`
}

// Understanding is importer.Understanding of the document.
type Understanding struct {
	Charset    string         `json:"charset"`
	Columns    []Column       `json:"columns"`
	Dates      []string       `json:"dates"`
	Delimiter  string         `json:"delimiter,omitempty"`
	ExportedAt time.Time      `json:"exported_at,omitzero"`
	File       string         `json:"file"`
	Format     string         `json:"format"`
	HeaderRow  int64          `json:"header_row"`
	Missing    []string       `json:"missing,omitempty"`
	Questions  []Question     `json:"questions,omitempty"`
	Rows       int64          `json:"rows"`
	Scale      float64        `json:"scale"`
	Signature  string         `json:"signature"`
	Signed     bool           `json:"signed"`
	Tables     []TableSummary `json:"tables,omitempty"`
	Whole      bool           `json:"whole"`
}

// InboxPage is inboxPage of the document.
type InboxPage struct {
	Annual   []Submission `json:"annual"`
	Due      Due          `json:"due"`
	Filed    int64        `json:"filed"`
	Late     int64        `json:"late"`
	Missing  int64        `json:"missing"`
	NotOwed  int64        `json:"not_owed"`
	Owed     int64        `json:"owed"`
	Period   string       `json:"period"`
	Stations []Duty       `json:"stations"`
	Table    TableView    `json:"table"`
}

// Candidate is incident.Candidate of the document.
type Candidate struct {
	EarlierMean float64           `json:"earlier_mean"`
	Evidence    []Sentence        `json:"evidence"`
	First       string            `json:"first"`
	Hazard      string            `json:"hazard"`
	Key         string            `json:"key"`
	Keyword     string            `json:"keyword"`
	Last        string            `json:"last"`
	Name        string            `json:"name"`
	Period      string            `json:"period"`
	Products    []IncidentProduct `json:"products"`
	Reviews     int64             `json:"reviews"`
	Rule        string            `json:"rule"`
	Shops       int64             `json:"shops"`
	Terms       []string          `json:"terms"`
	Trigger     int64             `json:"trigger"`
	Why         string            `json:"why"`
}

// IncidentProduct is incident.Product of the document.
type IncidentProduct struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Platform string `json:"platform"`
	Price    string `json:"price"`
	Region   string `json:"region"`
	Shop     string `json:"shop"`
	URL      string `json:"url"`
}

// Sentence is incident.Sentence of the document.
type Sentence struct {
	Date     string `json:"date"`
	Grade    string `json:"grade"`
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Review   string `json:"review"`
	Sentence string `json:"sentence"`
	Term     string `json:"term"`
}

// Item is item of the document.
type Item struct {
	After     string    `json:"after"`
	Before    string    `json:"before"`
	Cue       string    `json:"cue,omitempty"`
	Default   bool      `json:"default"`
	Grade     string    `json:"grade"` // unrated negative neutral positive
	ID        string    `json:"id"`
	Judgement Judgement `json:"judgement"`
	Keyword   string    `json:"keyword"`
	Media     []Medium  `json:"media,omitempty"`
	Opinion   *Opinion  `json:"opinion,omitempty"`
	Parts     []Part    `json:"parts"`
	Product   string    `json:"product,omitempty"`
	Published time.Time `json:"published"`
	Rating    int64     `json:"rating"`
	Review    ReviewKey `json:"review"`
	Same      int64     `json:"same"`
	Surface   string    `json:"surface"`
	Term      string    `json:"term"`
}

// Job is job of the document.
type Job struct {
	ID      int64     `json:"id"`
	Kind    string    `json:"kind"`
	Started time.Time `json:"started"`
	Title   string    `json:"title"`
	Who     string    `json:"who"`
}

// JobResult is jobResult of the document.
type JobResult struct {
	Backup     *BackupResult  `json:"backup,omitempty"`
	Collection *CollectResult `json:"collection,omitempty"`
	Import     *ImportResult  `json:"import,omitempty"`
	Plan       *PlanResult    `json:"plan,omitempty"`
}

// JobState is jobState of the document.
type JobState struct {
	Detail   string     `json:"detail"`
	Done     int64      `json:"done"`
	Finished time.Time  `json:"finished,omitzero"`
	Next     string     `json:"next,omitempty"`
	Problem  string     `json:"problem,omitempty"`
	Result   *JobResult `json:"result,omitempty"`
	Status   string     `json:"status"`
	Summary  string     `json:"summary,omitempty"`
	Total    int64      `json:"total"`
}

// JobView is jobView of the document.
type JobView struct {
	Job   Job      `json:"job"`
	State JobState `json:"state"`
}

// Kpi is kpi of the document.
type Kpi struct {
	Changes []string `json:"changes"`
	Running string   `json:"running,omitempty"`
	Title   string   `json:"title"`
	Value   string   `json:"value"`
}

// Lag is lag of the document.
type Lag struct {
	Cases       int64   `json:"cases"`
	MedianHours float64 `json:"median_hours"`
	Name        string  `json:"name"`
}

// LeadPart is lead.Part of the document.
type LeadPart struct {
	Most   float64 `json:"most"`
	Name   string  `json:"name"`
	Points float64 `json:"points"`
}

// LeadLink is leadLink of the document.
type LeadLink struct {
	Path   string `json:"path"`
	Period string `json:"period"`
	Title  string `json:"title"`
}

// LeadPage is leadPage of the document.
type LeadPage struct {
	Absent  bool        `json:"absent"`
	Alike   []BoardLead `json:"alike"`
	History []LeadNote  `json:"history"`
	Lead    BoardLead   `json:"lead"`
	Period  string      `json:"period"`
	Talk    Talk        `json:"talk"`
}

// LearningPage is learningPage of the document.
type LearningPage struct {
	Adapter         string     `json:"adapter"`
	Decisions       int64      `json:"decisions"`
	LeastDecisions  int64      `json:"least_decisions"`
	LeastRejections int64      `json:"least_rejections"`
	Stale           bool       `json:"stale"`
	Version         int64      `json:"version"`
	Versions        []Learning `json:"versions"`
}

// LearntPage is learntPage of the document.
type LearntPage struct {
	Job    Job      `json:"job"`
	Learnt *Learnt  `json:"learnt,omitempty"`
	State  JobState `json:"state"`
}

// LexiconChange is lexicon.Change of the document.
type LexiconChange struct {
	After   string    `json:"after,omitempty"`
	Before  string    `json:"before,omitempty"`
	Excerpt string    `json:"excerpt"`
	Kind    string    `json:"kind"`
	Mention Mention   `json:"mention"`
	Review  ReviewKey `json:"review"`
}

// Counts is lexicon.Counts of the document.
type Counts struct {
	AffirmedReviews  int64 `json:"affirmed_reviews"`
	HiddenComplaints int64 `json:"hidden_complaints"`
	NegativeReviews  int64 `json:"negative_reviews"`
}

// LexiconDifference is lexicon.Difference of the document.
type LexiconDifference struct {
	Added    int64           `json:"added"`
	Affirmed []float64       `json:"affirmed"`
	Changed  int64           `json:"changed"`
	Mentions []float64       `json:"mentions"`
	Removed  int64           `json:"removed"`
	Reviews  int64           `json:"reviews"`
	Rows     []RowChange     `json:"rows"`
	Samples  []LexiconChange `json:"samples"`
}

// RowChange is lexicon.RowChange of the document.
type RowChange struct {
	After    Counts `json:"after"`
	Before   Counts `json:"before"`
	Platform string `json:"platform"`
	Product  string `json:"product"`
	Term     string `json:"term"`
}

// LexiconPage is lexiconPage of the document.
type LexiconPage struct {
	All        int64         `json:"all"`
	Changes    Lexicon       `json:"changes"`
	Dictionary string        `json:"dictionary"`
	Fields     []RankedName  `json:"fields"`
	Hazards    []NamedHazard `json:"hazards"`
	More       int64         `json:"more"`
	Removed    []TermEdit    `json:"removed"`
	Table      TableView     `json:"table"`
	Terms      []ShownTerm   `json:"terms"`
	Total      int64         `json:"total"`
}

// LinkPage is linkPage of the document.
type LinkPage struct {
	Account Account `json:"account"`
	Link    string  `json:"link"`
}

// LookPage is lookPage of the document.
type LookPage struct {
	Fields      []Field  `json:"fields"`
	Look        Look     `json:"look"`
	Profiles    []string `json:"profiles"`
	TableFields []Field  `json:"table_fields"`
	Upload      Upload   `json:"upload"`
}

// Moved is moved of the document.
type Moved struct {
	Location string `json:"location"`
	Message  string `json:"message"`
}

// NamedHazard is namedHazard of the document.
type NamedHazard struct {
	Class string `json:"class"`
	Name  string `json:"name"`
}

// NlpChange is nlp.Change of the document.
type NlpChange struct {
	Confirmed bool   `json:"confirmed"`
	Sentence  string `json:"sentence"`
	Term      string `json:"term"`
}

// Contradiction is nlp.Contradiction of the document.
type Contradiction struct {
	Confirmed int64  `json:"confirmed"`
	Rejected  int64  `json:"rejected"`
	Sentence  string `json:"sentence"`
	Term      string `json:"term"`
}

// Doubt is nlp.Doubt of the document.
type Doubt struct {
	Confirmed int64  `json:"confirmed"`
	Rejected  int64  `json:"rejected"`
	Surface   string `json:"surface"`
	Term      string `json:"term"`
}

// NlpQuality is nlp.Quality of the document.
type NlpQuality struct {
	Affirmed  int64   `json:"affirmed"`
	Precision float64 `json:"precision"`
	Recall    float64 `json:"recall"`
	Right     int64   `json:"right"`
}

// NlpShare is nlp.Share of the document.
type NlpShare struct {
	Found int64 `json:"found"`
	Of    int64 `json:"of"`
}

// Notice is notice of the document.
type Notice struct {
	Link string `json:"link"`
	Path string `json:"path"`
	Text string `json:"text"`
}

// Opinion is opinion of the document.
type Opinion struct {
	Model   string `json:"model"`
	Reason  string `json:"reason"`
	Verdict string `json:"verdict"`
}

// OwnSheet is ownSheet of the document.
type OwnSheet struct {
	Filler  string     `json:"filler"`
	Nothing bool       `json:"nothing"`
	Phone   string     `json:"phone"`
	Rows    [][]string `json:"rows"`
}

// PageLine is pageLine of the document.
type PageLine struct {
	Page  int64 `json:"page"`
	Pages int64 `json:"pages"`
	Total int64 `json:"total"`
}

// Part is part of the document.
type Part struct {
	Kind string `json:"kind,omitempty"`
	Text string `json:"text"`
}

// Pivot is pivot of the document.
type Pivot struct {
	Columns     []Slice    `json:"columns"`
	LeftColumns int64      `json:"left_columns"`
	Lines       []PivotRow `json:"lines"`
	Missing     []string   `json:"missing"`
	Unit        string     `json:"unit"`
}

// PivotFilter is pivotFilter of the document.
type PivotFilter struct {
	District string `json:"district,omitempty"`
	Hazard   string `json:"hazard,omitempty"`
	Keyword  string `json:"keyword,omitempty"`
	Platform string `json:"platform,omitempty"`
	Province string `json:"province,omitempty"`
	Region   string `json:"region,omitempty"`
	Shop     string `json:"shop,omitempty"`
	Term     string `json:"term,omitempty"`
}

// PivotPage is pivotPage of the document.
type PivotPage struct {
	Columns     []Slice    `json:"columns"`
	Earlier     string     `json:"earlier,omitempty"`
	LeftColumns int64      `json:"left_columns"`
	Missing     []string   `json:"missing"`
	Query       PivotQuery `json:"query"`
	Rows        []PivotRow `json:"rows"`
	Running     bool       `json:"running"`
	Table       TableView  `json:"table"`
	Unit        string     `json:"unit"`
}

// PivotQuery is pivotQuery of the document.
type PivotQuery struct {
	Cols    string      `json:"cols,omitempty"`
	Compare string      `json:"compare,omitempty"`
	Count   string      `json:"count"`
	Filter  PivotFilter `json:"filter"`
	From    string      `json:"from"`
	Rows    string      `json:"rows"`
	Span    string      `json:"span,omitempty"`
	To      string      `json:"to"`
}

// PivotRow is pivotRow of the document.
type PivotRow struct {
	Before float64   `json:"before,omitempty"`
	Cells  []float64 `json:"cells,omitempty"`
	Key    string    `json:"key"`
	Name   string    `json:"name"`
	Path   string    `json:"path"`
	Total  float64   `json:"total"`
}

// PreviewPage is previewPage of the document.
type PreviewPage struct {
	Difference *LexiconDifference `json:"difference,omitempty"`
	Job        Job                `json:"job"`
	State      JobState           `json:"state"`
}

// Problem is problem of the document.
type Problem struct {
	Detail      string       `json:"detail,omitempty"`
	Differences []Difference `json:"differences,omitempty"`
	Status      int64        `json:"status"`
	Title       string       `json:"title"`
	Version     int64        `json:"version,omitempty"`
}

// ProductPage is productPage of the document.
type ProductPage struct {
	Keywords  []string       `json:"keywords"`
	Months    []ProductMonth `json:"months"`
	More      int64          `json:"more"`
	Period    string         `json:"period"`
	Product   ChapingProduct `json:"product"`
	Sentences []Item         `json:"sentences"`
	Terms     []RankedName   `json:"terms"`
}

// ProductsPage is productsPage of the document.
type ProductsPage struct {
	Counted  Counted       `json:"counted"`
	Keywords []RankedName  `json:"keywords"`
	More     int64         `json:"more"`
	Period   string        `json:"period"`
	Products []ProductLine `json:"products"`
	Table    TableView     `json:"table"`
	Terms    []RankedName  `json:"terms"`
}

// ProfilesPage is profilesPage of the document.
type ProfilesPage struct {
	Profiles []ProfileInfo `json:"profiles"`
}

// Progress is progress of the document.
type Progress struct {
	Done    int64 `json:"done"`
	Minutes int64 `json:"minutes"`
	Total   int64 `json:"total"`
}

// Proposal is proposal of the document.
type Proposal struct {
	Term string `json:"term,omitempty"`
	Text string `json:"text"`
}

// RankedName is rankedName of the document.
type RankedName struct {
	Count int64  `json:"count"`
	Name  string `json:"name"`
}

// ReadingCard is readingCard of the document.
type ReadingCard struct {
	Clauses   []Clause   `json:"clauses"`
	Grade     string     `json:"grade"` // unrated negative neutral positive
	ID        string     `json:"id"`
	Marked    []Proposal `json:"marked"`
	Published time.Time  `json:"published"`
	Rating    int64      `json:"rating"`
	Read      bool       `json:"read"`
	Reading   Reading    `json:"reading"`
	Review    ReviewKey  `json:"review"`
	Same      int64      `json:"same"`
}

// ReceivedItem is receivedItem of the document.
type ReceivedItem struct {
	Received StationReceived `json:"received"`
}

// ReceivedPage is receivedPage of the document.
type ReceivedPage struct {
	Centre   string            `json:"centre"`
	Inquiry  Inquiry           `json:"inquiry"`
	Received []StationReceived `json:"received"`
}

// AnnualList is report.AnnualList of the document.
type AnnualList struct {
	Files         []string `json:"files"`
	Kind          string   `json:"kind"`
	OtherProducts int64    `json:"other_products"`
	OutsideYear   int64    `json:"outside_year"`
	Records       []Listed `json:"records"`
	Refused       int64    `json:"refused"`
	Repeated      int64    `json:"repeated"`
}

// AnnualSection is report.AnnualSection of the document.
type AnnualSection struct {
	Filled       bool   `json:"filled"`
	Guidance     string `json:"guidance"`
	Heading      string `json:"heading"`
	Key          string `json:"key"`
	Optional     bool   `json:"optional"`
	Part         string `json:"part"`
	PartGuidance string `json:"part_guidance"`
	Text         string `json:"text"`
}

// Definition is report.Definition of the document.
type Definition struct {
	Meaning string `json:"meaning"`
	Name    string `json:"name"`
}

// ReportEntry is report.Entry of the document.
type ReportEntry struct {
	Advice    string   `json:"advice"`
	Analysis  string   `json:"analysis"`
	Companies string   `json:"companies"`
	Content   string   `json:"content"`
	Draft     bool     `json:"draft,omitempty"`
	Endangers []string `json:"endangers"`
	Evidence  []string `json:"evidence,omitempty"`
	From      []string `json:"from,omitempty"`
	Hazard    string   `json:"hazard,omitempty"`
	Kind      string   `json:"kind"`
	Product   string   `json:"product"`
	Region    string   `json:"region"`
	Source    string   `json:"source"`
	Suggested bool     `json:"suggested,omitempty"`
}

// Listed is report.Listed of the document.
type Listed struct {
	Brand    string `json:"brand,omitempty"`
	Date     string `json:"date,omitempty"`
	Failed   bool   `json:"failed,omitempty"`
	Level    string `json:"level,omitempty"`
	Maker    string `json:"maker,omitempty"`
	Model    string `json:"model,omitempty"`
	Problem  string `json:"problem,omitempty"`
	Product  string `json:"product"`
	Quantity string `json:"quantity,omitempty"`
	Region   string `json:"region,omitempty"`
	Result   string `json:"result,omitempty"`
	Seller   string `json:"seller,omitempty"`
	Source   string `json:"source,omitempty"`
}

// PlatformRow is report.PlatformRow of the document.
type PlatformRow struct {
	AffirmedReviews       int64  `json:"affirmed_reviews"`
	AllNegativeReviews    int64  `json:"all_negative_reviews"`
	ConfirmedReviews      int64  `json:"confirmed_reviews"`
	From                  string `json:"from"`
	HiddenComplaints      int64  `json:"hidden_complaints"`
	Missing               string `json:"missing,omitempty"`
	NegativeReviews       int64  `json:"negative_reviews"`
	Platform              string `json:"platform"`
	Price                 string `json:"price"`
	Product               string `json:"product"`
	ProductID             string `json:"product_id"`
	ProductKeyword        string `json:"product_keyword"`
	Region                string `json:"region"`
	RejectedReviews       int64  `json:"rejected_reviews"`
	Reviews               int64  `json:"reviews"`
	ReviewsWithoutDefault int64  `json:"reviews_without_default"`
	Seq                   int64  `json:"seq"`
	Shop                  string `json:"shop"`
	Term                  string `json:"term"`
	To                    string `json:"to"`
	URL                   string `json:"url"`
}

// Written is report.Written of the document.
type Written struct {
	Advice    string `json:"advice"`
	Companies string `json:"companies"`
	Filed     string `json:"filed"`
	Filler    string `json:"filler"`
	Found     string `json:"found"`
	Harm      string `json:"harm"`
	Keyword   string `json:"keyword"`
	Measures  string `json:"measures"`
	Name      string `json:"name"`
	Phone     string `json:"phone"`
	Place     string `json:"place"`
	Program   string `json:"program"`
	Source    string `json:"source"`
	Spread    string `json:"spread"`
	Station   string `json:"station"`
	Trigger   int64  `json:"trigger"`
	Why       string `json:"why"`
}

// ReviewPage is reviewPage of the document.
type ReviewPage struct {
	Counted   Counted          `json:"counted"`
	Counts    map[string]int64 `json:"counts"`
	Cut       int64            `json:"cut"`
	From      int64            `json:"from"`
	Keywords  []RankedName     `json:"keywords"`
	Next      string           `json:"next,omitempty"`
	Period    string           `json:"period"`
	Sample    Progress         `json:"sample"`
	Sentences []Item           `json:"sentences"`
	Table     TableView        `json:"table"`
	Terms     []RankedName     `json:"terms"`
	To        int64            `json:"to"`
	Total     int64            `json:"total"`
}

// RowFault is rowFault of the document.
type RowFault struct {
	Field   string `json:"field"`
	Problem string `json:"problem"`
	Remedy  string `json:"remedy"`
	Row     int64  `json:"row"`
}

// RulesView is rulesView of the document.
type RulesView struct {
	Rules Rules           `json:"rules"`
	Since []AssessedSince `json:"since"`
}

// RunPage is runPage of the document.
type RunPage struct {
	Import   *ImportResult `json:"import,omitempty"`
	Run      StoreRun      `json:"run"`
	Undoable bool          `json:"undoable"`
	Undone   *Undone       `json:"undone,omitempty"`
	UndoneAt time.Time     `json:"undone_at,omitzero"`
}

// RunsPage is runsPage of the document.
type RunsPage struct {
	Jobs  []JobView  `json:"jobs"`
	Runs  []ShownRun `json:"runs"`
	Table TableView  `json:"table"`
}

// SamplePage is samplePage of the document.
type SamplePage struct {
	Counted   Counted       `json:"counted"`
	Margin    float64       `json:"margin"`
	More      bool          `json:"more"`
	Period    string        `json:"period"`
	Planned   bool          `json:"planned"`
	Problems  []ReadingCard `json:"problems"`
	Progress  Progress      `json:"progress"`
	Quality   []Definition  `json:"quality"`
	Reviews   []ReadingCard `json:"reviews"`
	Sentences []Item        `json:"sentences"`
}

// Rhythm is scheduler.Rhythm of the document.
type Rhythm struct {
	Day      int64   `json:"day,omitempty"`
	Every    string  `json:"every"`
	Hour     int64   `json:"hour,omitempty"`
	Minute   int64   `json:"minute,omitempty"`
	Step     int64   `json:"step,omitempty"`
	Weekdays []int64 `json:"weekdays,omitempty"`
}

// SearchPage is searchPage of the document.
type SearchPage struct {
	Found  int64      `json:"found"`
	Groups []HitGroup `json:"groups"`
	Q      string     `json:"q"`
}

// SentencesPage is sentencesPage of the document.
type SentencesPage struct {
	Most      int64      `json:"most"`
	Query     PivotQuery `json:"query"`
	Reviews   int64      `json:"reviews"`
	Sentences []Item     `json:"sentences"`
}

// SettingsPage is settingsPage of the document.
type SettingsPage struct {
	Backups      []Backup        `json:"backups"`
	Channels     []ShownChannel  `json:"channels"`
	Kinds        []string        `json:"kinds"`
	Plans        []ShownPlan     `json:"plans"`
	PlansRunning bool            `json:"plans_running"`
	Settings     Settings        `json:"settings"`
	Sites        []ShownSite     `json:"sites"`
	Unsent       []UnsentMessage `json:"unsent"`
}

// SheetsPage is sheetsPage of the document.
type SheetsPage struct {
	Changed    bool         `json:"changed"`
	Counted    Counted      `json:"counted"`
	Due        Due          `json:"due"`
	Ended      bool         `json:"ended"`
	Formats    []string     `json:"formats"`
	Hash       string       `json:"hash"`
	Period     string       `json:"period"`
	Submitted  bool         `json:"submitted"`
	Table      TableView    `json:"table"`
	Unfinished []string     `json:"unfinished"`
	Unsent     []Unsent     `json:"unsent"`
	Versions   []ShownSheet `json:"versions"`
	Watches    []Watch      `json:"watches"`
}

// ShownBulletin is shownBulletin of the document.
type ShownBulletin struct {
	At        time.Time `json:"at"`
	Comments  int64     `json:"comments"`
	Content   string    `json:"content"`
	ID        int64     `json:"id"`
	Kind      string    `json:"kind"` // bulletin feedback consultation
	Noted     int64     `json:"noted"`
	Station   int64     `json:"station,omitempty"`
	TakenNote bool      `json:"taken_note"`
	Title     string    `json:"title"`
	To        int64     `json:"to"`
	Who       string    `json:"who"`
}

// ShownChannel is shownChannel of the document.
type ShownChannel struct {
	Events      []string `json:"events"`
	From        string   `json:"from,omitempty"`
	LogsIn      bool     `json:"logs_in"`
	Name        string   `json:"name"`
	Server      string   `json:"server,omitempty"`
	Signs       bool     `json:"signs"`
	Station     string   `json:"station,omitempty"`
	StationName string   `json:"station_name,omitempty"`
	Target      string   `json:"target"`
	Tls         string   `json:"tls,omitempty"`
	To          []string `json:"to,omitempty"`
	Type        string   `json:"type"`
	User        string   `json:"user,omitempty"`
}

// ShownColumn is shownColumn of the document.
type ShownColumn struct {
	Choices  []Choice `json:"choices,omitempty"`
	Key      string   `json:"key"`
	Kind     string   `json:"kind"`
	Shown    bool     `json:"shown"`
	Sortable bool     `json:"sortable"`
	Title    string   `json:"title"`
}

// ShownField is shownField of the document.
type ShownField struct {
	Column  string    `json:"column"`
	Fault   *RowFault `json:"fault,omitempty"`
	Hint    string    `json:"hint,omitempty"`
	Long    bool      `json:"long"`
	Name    string    `json:"name"`
	Options []string  `json:"options,omitempty"`
	Value   string    `json:"value"`
}

// ShownPlan is shownPlan of the document.
type ShownPlan struct {
	Cron    string      `json:"cron"`
	Does    string      `json:"does"`
	Last    *StationRun `json:"last,omitempty"`
	Name    string      `json:"name"`
	Next    time.Time   `json:"next"`
	NotHere bool        `json:"not_here"`
	Off     bool        `json:"off"`
	Planned bool        `json:"planned"`
	Problem string      `json:"problem,omitempty"`
	Rhythm  *Rhythm     `json:"rhythm,omitempty"`
	Run     string      `json:"run"`
	Times   string      `json:"times"`
}

// ShownRow is shownRow of the document.
type ShownRow struct {
	Fields []ShownField `json:"fields"`
	Last   bool         `json:"last"`
	Number int64        `json:"number"`
}

// ShownRun is shownRun of the document.
type ShownRun struct {
	Run StoreRun `json:"run"`
}

// ShownSheet is shownSheet of the document.
type ShownSheet struct {
	By         string    `json:"by"`
	Dictionary string    `json:"dictionary"`
	Form       string    `json:"form"`
	Frozen     time.Time `json:"frozen"`
	ID         int64     `json:"id"`
	Name       string    `json:"name,omitempty"`
	Period     string    `json:"period"`
	Program    string    `json:"program"`
	Push       *Push     `json:"push,omitempty"`
	Reason     string    `json:"reason,omitempty"`
	Sha256     string    `json:"sha256"`
	StationID  int64     `json:"station_id,omitempty"`
	Version    int64     `json:"version"`
}

// ShownSite is shownSite of the document.
type ShownSite struct {
	Base     string   `json:"base"`
	Name     string   `json:"name"`
	Needs    string   `json:"needs,omitempty"`
	Off      bool     `json:"off"`
	Own      bool     `json:"own"`
	Platform string   `json:"platform"`
	Problems []string `json:"problems,omitempty"`
	Used     []string `json:"used,omitempty"`
}

// ShownTerm is shownTerm of the document.
type ShownTerm struct {
	Edited   bool     `json:"edited"`
	Field    string   `json:"field"`
	Hazard   string   `json:"hazard"`
	Name     string   `json:"name"`
	Severity int64    `json:"severity"`
	Surfaces []string `json:"surfaces"`
}

// ShownUrgent is shownUrgent of the document.
type ShownUrgent struct {
	By          string          `json:"by,omitempty"`
	Candidate   json.RawMessage `json:"candidate"`
	Case        int64           `json:"case,omitempty"`
	Decided     time.Time       `json:"decided,omitzero"`
	Event       string          `json:"event"`
	FirstPeriod string          `json:"first_period"`
	Found       time.Time       `json:"found"`
	From        string          `json:"from,omitempty"`
	ID          int64           `json:"id"`
	LastPeriod  string          `json:"last_period"`
	Late        bool            `json:"late"`
	LimitHours  int64           `json:"limit_hours"`
	Push        *Push           `json:"push,omitempty"`
	Raised      time.Time       `json:"raised"`
	Reason      string          `json:"reason,omitempty"`
	Station     int64           `json:"station,omitempty"`
	Status      string          `json:"status"`
}

// SitePage is sitePage of the document.
type SitePage struct {
	Draft   *CrawlerDraft `json:"draft,omitempty"`
	Faults  []string      `json:"faults,omitempty"`
	Good    bool          `json:"good"`
	Refusal string        `json:"refusal,omitempty"`
	Site    SiteText      `json:"site"`
	Trial   *Trial        `json:"trial,omitempty"`
}

// Slice is slice of the document.
type Slice struct {
	Name  string `json:"name"`
	Path  string `json:"path,omitempty"`
	Value int64  `json:"value"`
}

// Account is station.Account of the document.
type Account struct {
	Created  time.Time `json:"created"`
	Disabled bool      `json:"disabled"`
	ID       int64     `json:"id"`
	Linked   bool      `json:"linked"`
	Name     string    `json:"name"`
	Person   string    `json:"person"`
	Ready    bool      `json:"ready"`
	Roles    []string  `json:"roles"`
	Station  int64     `json:"station,omitempty"`
	Totp     bool      `json:"totp"`
	Version  int64     `json:"version"`
}

// Assessment is station.Assessment of the document.
type Assessment struct {
	Corrections int64    `json:"corrections"`
	Expected    int64    `json:"expected"`
	Filed       int64    `json:"filed"`
	Late        int64    `json:"late"`
	Leads       int64    `json:"leads"`
	Missing     int64    `json:"missing"`
	Score       *float64 `json:"score"`
	Station     Station  `json:"station"`
	Supplements int64    `json:"supplements"`
}

// Attachment is station.Attachment of the document.
type Attachment struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Sha256 string `json:"sha256"`
	Size   int64  `json:"size"`
}

// Bulletin is station.Bulletin of the document.
type Bulletin struct {
	At      time.Time `json:"at"`
	Content string    `json:"content"`
	ID      int64     `json:"id"`
	Kind    string    `json:"kind"` // bulletin feedback consultation
	Station int64     `json:"station,omitempty"`
	Title   string    `json:"title"`
	Who     string    `json:"who"`
}

// Case is station.Case of the document.
type Case struct {
	Created       time.Time `json:"created,omitzero"`
	Deadline      time.Time `json:"deadline,omitzero"`
	Disposed      time.Time `json:"disposed,omitzero"`
	Found         time.Time `json:"found"`
	ID            int64     `json:"id"`
	Judged        time.Time `json:"judged,omitzero"`
	Kind          string    `json:"kind"` // product industry
	Lead          string    `json:"lead"`
	Origin        *Origin   `json:"origin,omitempty"`
	OtherStations []int64   `json:"other_stations,omitempty"`
	Outcome       string    `json:"outcome,omitempty"`
	Responsible   string    `json:"responsible,omitempty"`
	Station       int64     `json:"station,omitempty"`
	Title         string    `json:"title"`
	Urgent        int64     `json:"urgent,omitempty"`
	Version       int64     `json:"version"`
	Warned        time.Time `json:"warned,omitzero"`
}

// Comment is station.Comment of the document.
type Comment struct {
	At          time.Time    `json:"at"`
	Attachments []Attachment `json:"attachments,omitempty"`
	Content     string       `json:"content"`
	ID          int64        `json:"id"`
	Kind        string       `json:"kind"`
	Number      int64        `json:"number"`
	Station     int64        `json:"station,omitempty"`
	StationName string       `json:"station_name,omitempty"`
	Who         string       `json:"who"`
}

// StationDraft is station.Draft of the document.
type StationDraft struct {
	Content json.RawMessage `json:"content"`
	Form    string          `json:"form"`
	Period  string          `json:"period"`
	Saved   time.Time       `json:"saved"`
	Station int64           `json:"station"`
	Version int64           `json:"version"`
	Who     string          `json:"who"`
}

// Duty is station.Duty of the document.
type Duty struct {
	Due      time.Time    `json:"due"`
	Entries  int64        `json:"entries"`
	Exempt   bool         `json:"exempt"`
	Files    []Submission `json:"files"`
	First    time.Time    `json:"first,omitzero"`
	Period   string       `json:"period"`
	Standing bool         `json:"standing"`
	Station  Station      `json:"station"`
}

// StationEntry is station.Entry of the document.
type StationEntry struct {
	Action  string    `json:"action"`
	At      time.Time `json:"at"`
	Detail  string    `json:"detail,omitempty"`
	Hash    string    `json:"hash"`
	ID      int64     `json:"id"`
	Object  string    `json:"object,omitempty"`
	Station int64     `json:"station,omitempty"`
	Who     string    `json:"who"`
}

// Exchange is station.Exchange of the document.
type Exchange struct {
	Hash      string         `json:"hash"`
	Items     []ExchangeItem `json:"items"`
	Unchanged bool           `json:"unchanged"`
}

// ExchangeItem is station.ExchangeItem of the document.
type ExchangeItem struct {
	Bulletin *Bulletin  `json:"bulletin,omitempty"`
	Case     *Case      `json:"case,omitempty"`
	Comments []Comment  `json:"comments,omitempty"`
	Kind     string     `json:"kind"`
	Noted    *TakenNote `json:"noted,omitempty"`
	Notes    []Note     `json:"notes,omitempty"`
	Number   int64      `json:"number"`
}

// Inquiry is station.Inquiry of the document.
type Inquiry struct {
	Asked  time.Time `json:"asked,omitzero"`
	Centre string    `json:"centre"`
	Error  string    `json:"error,omitempty"`
	Hash   string    `json:"hash"`
	Lacks  string    `json:"lacks,omitempty"`
}

// Lead is station.Lead of the document.
type Lead struct {
	Assignee   int64  `json:"assignee,omitempty"`
	Case       int64  `json:"case,omitempty"`
	Hazard     string `json:"hazard,omitempty"`
	ID         int64  `json:"id"`
	Mark       string `json:"mark,omitempty"`
	MergedInto int64  `json:"merged_into,omitempty"`
	Period     string `json:"period"`
	Person     string `json:"person,omitempty"`
	Product    string `json:"product"`
	Reason     string `json:"reason,omitempty"`
	State      string `json:"state"`
	Version    int64  `json:"version"`
}

// LeadKey is station.LeadKey of the document.
type LeadKey struct {
	Hazard  string `json:"hazard,omitempty"`
	Mark    string `json:"mark,omitempty"`
	Period  string `json:"period"`
	Product string `json:"product"`
}

// LeadNote is station.LeadNote of the document.
type LeadNote struct {
	Action  string    `json:"action"`
	At      time.Time `json:"at"`
	Content string    `json:"content"`
	ID      int64     `json:"id"`
	Of      LeadKey   `json:"of"`
	Who     string    `json:"who"`
}

// Learning is station.Learning of the document.
type Learning struct {
	Adapter string    `json:"adapter,omitempty"`
	At      time.Time `json:"at,omitzero"`
	Version int64     `json:"version"`
	Who     string    `json:"who,omitempty"`
}

// Lexicon is station.Lexicon of the document.
type Lexicon struct {
	At      time.Time  `json:"at,omitzero"`
	Edits   []TermEdit `json:"edits"`
	Note    string     `json:"note,omitempty"`
	Version int64      `json:"version"`
	Who     string     `json:"who,omitempty"`
}

// Note is station.Note of the document.
type Note struct {
	At      time.Time `json:"at"`
	Content string    `json:"content,omitempty"`
	Done    bool      `json:"done"`
	ID      int64     `json:"id"`
	Measure string    `json:"measure,omitempty"`
	Who     string    `json:"who"`
}

// Origin is station.Origin of the document.
type Origin struct {
	Hazard  string `json:"hazard"`
	Period  string `json:"period"`
	Product string `json:"product"`
}

// Push is station.Push of the document.
type Push struct {
	Attempts int64     `json:"attempts"`
	Centre   string    `json:"centre,omitempty"`
	Due      time.Time `json:"due"`
	Error    string    `json:"error,omitempty"`
	Receipt  int64     `json:"receipt,omitempty"`
	Received time.Time `json:"received,omitzero"`
	Stopped  bool      `json:"stopped"`
}

// StationReceived is station.Received of the document.
type StationReceived struct {
	Centre  string       `json:"centre"`
	Changed time.Time    `json:"changed"`
	Gone    bool         `json:"gone"`
	ID      int64        `json:"id"`
	Item    ExchangeItem `json:"item"`
}

// Rules is station.Rules of the document.
type Rules struct {
	Since       string `json:"since"`
	UrgentHours int64  `json:"urgent_hours"`
}

// StationRun is station.Run of the document.
type StationRun struct {
	Attempts int64         `json:"attempts"`
	Due      time.Time     `json:"due"`
	Error    string        `json:"error,omitempty"`
	Finished time.Time     `json:"finished,omitzero"`
	ID       int64         `json:"id"`
	Job      string        `json:"job"`
	Manual   bool          `json:"manual,omitempty"`
	Slot     time.Time     `json:"slot"`
	Started  time.Time     `json:"started"`
	Steps    []StationStep `json:"steps"`
}

// Sample is station.Sample of the document.
type Sample struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	ID     int64     `json:"id"`
	Margin float64   `json:"margin"`
	Period string    `json:"period"`
	Seed   int64     `json:"seed"`
}

// Settings is station.Settings of the document.
type Settings struct {
	Contact    string   `json:"contact"`
	PageDays   int64    `json:"page_days"`
	Phone      string   `json:"phone"`
	PinnedDays int64    `json:"pinned_days"`
	SitesOff   []string `json:"sites_off"`
	Version    int64    `json:"version"`
}

// Station is station.Station of the document.
type Station struct {
	Added   time.Time `json:"added"`
	Exited  time.Time `json:"exited,omitzero"`
	ID      int64     `json:"id"`
	Kind    string    `json:"kind"` // platform association laboratory
	Name    string    `json:"name"`
	Order   int64     `json:"order"`
	Since   string    `json:"since,omitempty"`
	Status  string    `json:"status"`
	Version int64     `json:"version"`
}

// StationStep is station.Step of the document.
type StationStep struct {
	Error    string    `json:"error,omitempty"`
	Finished time.Time `json:"finished,omitzero"`
	Name     string    `json:"name"`
	Started  time.Time `json:"started"`
}

// Submission is station.Submission of the document.
type Submission struct {
	About      string    `json:"about,omitempty"`
	Entries    int64     `json:"entries"`
	File       string    `json:"file"`
	Form       string    `json:"form,omitempty"`
	ID         int64     `json:"id"`
	Name       string    `json:"name,omitempty"`
	Period     string    `json:"period"`
	Received   time.Time `json:"received"`
	Replaced   bool      `json:"replaced,omitempty"`
	ReplacedBy int64     `json:"replaced_by,omitempty"`
	Sha256     string    `json:"sha256"`
	Size       int64     `json:"size"`
	Station    string    `json:"station"`
	StationID  int64     `json:"station_id"`
	Version    int64     `json:"version,omitempty"`
}

// TakenNote is station.TakenNote of the document.
type TakenNote struct {
	At      time.Time `json:"at"`
	Name    string    `json:"name"`
	Station int64     `json:"station"`
	Who     string    `json:"who"`
}

// TermEdit is station.TermEdit of the document.
type TermEdit struct {
	Field    string   `json:"field,omitempty"`
	Hazard   string   `json:"hazard,omitempty"`
	Name     string   `json:"name"`
	Removed  bool     `json:"removed,omitempty"`
	Severity int64    `json:"severity,omitempty"`
	Surfaces []string `json:"surfaces,omitempty"`
}

// Token is station.Token of the document.
type Token struct {
	By      string    `json:"by"`
	Created time.Time `json:"created"`
	Expires time.Time `json:"expires"`
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Revoked time.Time `json:"revoked,omitzero"`
	Role    string    `json:"role"` // platform association centre bureau admin
	Scopes  []string  `json:"scopes"`
	Station int64     `json:"station,omitempty"`
	Used    time.Time `json:"used,omitzero"`
}

// Unsent is station.Unsent of the document.
type Unsent struct {
	Name    string `json:"name,omitempty"`
	Sent    int64  `json:"sent"`
	Version int64  `json:"version"`
}

// Urgent is station.Urgent of the document.
type Urgent struct {
	By          string          `json:"by,omitempty"`
	Candidate   json.RawMessage `json:"candidate"`
	Case        int64           `json:"case,omitempty"`
	Decided     time.Time       `json:"decided,omitzero"`
	Event       string          `json:"event"`
	FirstPeriod string          `json:"first_period"`
	Found       time.Time       `json:"found"`
	ID          int64           `json:"id"`
	LastPeriod  string          `json:"last_period"`
	LimitHours  int64           `json:"limit_hours"`
	Raised      time.Time       `json:"raised"`
	Reason      string          `json:"reason,omitempty"`
	Station     int64           `json:"station,omitempty"`
	Status      string          `json:"status"`
}

// Watch is station.Watch of the document.
type Watch struct {
	ID       int64    `json:"id"`
	Keywords []string `json:"keywords"`
	Name     string   `json:"name"`
	Sources  []string `json:"sources"`
	Terms    []string `json:"terms"`
	Version  int64    `json:"version"`
}

// Weights is station.Weights of the document.
type Weights struct {
	Clean    float64 `json:"clean"`
	Complete float64 `json:"complete"`
	Leads    float64 `json:"leads"`
	Target   int64   `json:"target"`
	Timely   float64 `json:"timely"`
}

// StationStatus is stationStatus of the document.
type StationStatus struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// StationsPage is stationsPage of the document.
type StationsPage struct {
	Kinds    []string        `json:"kinds"`
	Stations []Station       `json:"stations"`
	Statuses []StationStatus `json:"statuses"`
}

// Step is step of the document.
type Step struct {
	Detail string `json:"detail"`
	Done   bool   `json:"done"`
	Title  string `json:"title"`
}

// Relisted is store.Relisted of the document.
type Relisted struct {
	Before   string `json:"before"`
	Example  string `json:"example"`
	Products int64  `json:"products"`
	Under    string `json:"under"`
}

// StoreRun is store.Run of the document.
type StoreRun struct {
	Counts     map[string]int64 `json:"counts"`
	Dictionary string           `json:"dictionary,omitempty"`
	Error      string           `json:"error,omitempty"`
	Finished   time.Time        `json:"finished,omitzero"`
	ID         string           `json:"id"`
	Period     string           `json:"period,omitempty"`
	Stage      string           `json:"stage"`
	Started    time.Time        `json:"started"`
}

// Undone is store.Undone of the document.
type Undone struct {
	Before   int64    `json:"before"`
	Listings int64    `json:"listings"`
	Periods  []string `json:"periods"`
	Restored int64    `json:"restored"`
	Reviews  int64    `json:"reviews"`
}

// SubmissionsPage is submissionsPage of the document.
type SubmissionsPage struct {
	Submissions []Submission `json:"submissions"`
	Table       TableView    `json:"table"`
}

// TableView is tableView of the document.
type TableView struct {
	Columns []ShownColumn `json:"columns"`
	Ignored []string      `json:"ignored,omitempty"`
	Page    int64         `json:"page"`
	Pages   int64         `json:"pages"`
	Size    int64         `json:"size"`
	Sort    string        `json:"sort,omitempty"`
	Total   int64         `json:"total"`
}

// Talk is talk of the document.
type Talk struct {
	Comments []Comment `json:"comments"`
	ID       int64     `json:"id"`
	Kind     string    `json:"kind"`
}

// TermDifference is termDifference of the document.
type TermDifference struct {
	After  string `json:"after"`
	Before string `json:"before"`
	Name   string `json:"name"`
}

// TermGroup is termGroup of the document.
type TermGroup struct {
	Name  string `json:"name"`
	Terms int64  `json:"terms"`
}

// TermPage is termPage of the document.
type TermPage struct {
	Base    int64         `json:"base"`
	Fields  []RankedName  `json:"fields"`
	Hazards []NamedHazard `json:"hazards"`
	Period  string        `json:"period"`
	Term    Term          `json:"term"`
}

// TokensPage is tokensPage of the document.
type TokensPage struct {
	Centre      string    `json:"centre"`
	CentreToken bool      `json:"centre_token"`
	Roles       []string  `json:"roles"`
	Scopes      []string  `json:"scopes"`
	Stations    []Station `json:"stations"`
	Tokens      []Token   `json:"tokens"`
}

// TrendFilter is trendFilter of the document.
type TrendFilter struct {
	Count   string `json:"count"`
	Hazard  string `json:"hazard,omitempty"`
	Keyword string `json:"keyword,omitempty"`
	Periods int64  `json:"periods"`
}

// TrendTable is trendTable of the document.
type TrendTable struct {
	Cells    [][]int64 `json:"cells"`
	Elapsed  string    `json:"elapsed"`
	Hazards  []Slice   `json:"hazards"`
	Latest   string    `json:"latest"`
	Mined    []bool    `json:"mined"`
	Periods  []string  `json:"periods"`
	Products []Slice   `json:"products"`
	Query    string    `json:"query"`
	Regions  []Slice   `json:"regions"`
	Running  int64     `json:"running"`
	Terms    []string  `json:"terms"`
	Unit     string    `json:"unit"`
}

// TrendsPage is trendsPage of the document.
type TrendsPage struct {
	Filter   TrendFilter   `json:"filter"`
	Hazards  []NamedHazard `json:"hazards"`
	Keywords []RankedName  `json:"keywords"`
	Missing  int64         `json:"missing"`
	Table    TrendTable    `json:"table"`
}

// UnsentMessage is unsentMessage of the document.
type UnsentMessage struct {
	Attempts int64     `json:"attempts"`
	Channel  string    `json:"channel"`
	Created  time.Time `json:"created"`
	Due      time.Time `json:"due"`
	Error    string    `json:"error,omitempty"`
	Stopped  bool      `json:"stopped"`
	Subject  string    `json:"subject"`
}

// UrgentForm is urgentForm of the document.
type UrgentForm struct {
	Hours    int64     `json:"hours"`
	Report   Written   `json:"report"`
	Route    string    `json:"route"`
	Station  int64     `json:"station"`
	Stations []Station `json:"stations,omitempty"`
	Triggers []string  `json:"triggers"`
}

// UrgentPage is urgentPage of the document.
type UrgentPage struct {
	Decided      []ShownUrgent `json:"decided"`
	DecidedPages PageLine      `json:"decided_pages"`
	Open         []ShownUrgent `json:"open"`
	OpenPages    PageLine      `json:"open_pages"`
	Route        string        `json:"route"`
}

// VersionsPage is versionsPage of the document.
type VersionsPage struct {
	A           int64            `json:"a"`
	B           int64            `json:"b"`
	Differences []TermDifference `json:"differences"`
	Versions    []Lexicon        `json:"versions"`
}

// WatchPage is watchPage of the document.
type WatchPage struct {
	Chosen int64       `json:"chosen"`
	Fields []TermGroup `json:"fields"`
	Sets   []TermGroup `json:"sets"`
	Sites  []ShownSite `json:"sites"`
	Watch  Watch       `json:"watch"`
}

// WatchesPage is watchesPage of the document.
type WatchesPage struct {
	Period  string  `json:"period"`
	Watches []Watch `json:"watches"`
}

// WrittenPage is writtenPage of the document.
type WrittenPage struct {
	Case      int64    `json:"case,omitempty"`
	Formats   []string `json:"formats"`
	Hours     int64    `json:"hours"`
	Late      bool     `json:"late"`
	Push      *Push    `json:"push,omitempty"`
	Report    Written  `json:"report"`
	Route     string   `json:"route"`
	Station   string   `json:"station"`
	TookHours float64  `json:"took_hours"`
	Trigger   string   `json:"trigger"`
	Urgent    Urgent   `json:"urgent"`
}
