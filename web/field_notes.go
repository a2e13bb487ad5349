package web

// fieldNotes say what the fields that routes read mean.
var fieldNotes = map[string]string{
	"answers": "对问题的回答，按问题的 kind：scale 满分，reversed、fill、shop 为 yes 或 no，order 为 day-first、month-first 或 skip，exported 为日期或 skip", "table": "商品表的各列当作哪个字段，同 columns",
	"is": "各字段是哪一列，按字段；列的序号，- 为没有", "keep": "把对各列的理解存成这个名称的模板", "rename": "新名称", "shop": "文件里没有时的店铺名称", "steps": "不立即导入，先看各列怎样理解",
	"advice": "初步建议", "analysis": "信息分析", "companies": "涉及企业（数量）", "contact": "联系人", "corrects": "更正时，取代哪一份报送文件（编号）；不写为补充", "cron": "计划时间，五段 cron 表达式，北京时间；页面上用 every 等写", "every": "计划多久一次：month、week、day、hour 或 minutes",
	"day": "每月几日（1–28）", "weekday": "星期几，0 是星期日", "at": "几点，例如 03:00", "step": "隔几分钟", "dangers": "危及对象", "do": "词条：disable 停用、enable 启用；填表时对各行做什么：add、copy、remove-2、up-2、down-2；核对各列时 look 为不去预览", "event": "发生了什么",
	"filler": "填报人", "harm": "伤亡和损失", "hours": "重要风险信息的时限，小时，0 为不限", "measures": "已采取的措施", "nothing": "本期无", "on": "启用的站点配置", "page_days": "网页保存几天，不写为默认", "phone": "联系电话",
	"pinned_days": "严重命中的网页保存几天，不写为默认", "place": "发生地点、涉及区域", "plan": "计划", "product": "涉及产品", "region": "涉及区域", "remove": "写了就删除", "since": "起始报送期", "source": "信息来源", "spread": "影响范围",
	"stations": "各监测站自己的起始报送期，按编号", "texts": "各节的文字，按编号，如 1.1", "then": "submit：冻结后立即报送", "trigger": "属于哪种情形，1 或 2",
	"as": "网页用：table 为列表", "columns": "要哪些列；导入时：各列当作哪个字段，按列的序号（从 0 起），空为不用；不写为默认", "filter": "按列筛选：filter[列]=值 为包含（文字）、等于（数、日期、选项）；filter[列.from]、filter[列.to] 为数和日期的范围，两端都算；有哪些列见返回的 columns",
	"sort": "按哪一列排序，前加 - 为从大到小", "page": "第几页，从 1 起", "size": "每页几行：20、50、100、200", "ids": "选中的各条的编号", "q": "查找的文字",
	"names": "选中的各条的名称",
	"a":     "较早的版本，0 为自带词库", "about": "不是报送表时写明是什么，原件照收", "after": "上一页的 next", "again": "再写一遍", "back": "网页用",
	"base": "在哪个词库版本上修改", "before": "只要编号更小的", "b": "较晚的版本", "clean": "“无更正”的权重", "code": "验证码", "days": "有效天数", "complete": "“完整”的权重",
	"content": "内容", "count": "negative（差评数）或 affirmed（成立的评论）", "deadline": "期限，如 2026-12-05", "decision": "confirm 或 dismiss", "disabled": "停用",
	"disposed": "处置完成时间，如 2026-11-24T08:00，有它就是结案", "done": "已落实（否则为督促）", "field": "词库的领域", "file": "文件", "format": "报表：xlsx、docx、pdf、html、json；列表：xlsx、csv",
	"found": "发现时间，如 2026-11-20T08:00", "full": "不管上次采到哪里，全部重读", "grade": "negative：只要差评；hidden：只要好评和默认评论", "interval": "命中准确率的区间，正负几个百分点，不写为原来的，没有则为 5", "marks": "说出问题的词在评论正文里的位置，如 12-18，按 UTF-8 字节数", "hash": "草稿的 hash，见 GET /sheets", "hazard": "危害类别", "id": "编号",
	"judged": "研判时间", "keyword": "商品关键词", "keywords": "商品关键词", "kind": "类型", "lead": "线索", "leads": "“采纳线索”的权重", "measure": "措施，空为只记情况",
	"n": "几期", "name": "名称", "new": "新词条", "next": "登录后去哪里", "note": "说明", "off": "停用", "old": "原密码", "only": "edited：本站改过的", "outcome": "处置结果，结案时必填",
	"form": "报表：urgent 重要风险信息，annual 年度报告；不写为月度报送表或其他材料", "password": "密码", "period": "报送期，如 2026-11；不写为当前要做的一期", "person": "姓名", "platform": "平台", "products": "商品表", "profile": "导入模板",
	"reason": "理由；证据的排除原因：negated 否定、hypothetical 假设、other_goods 别的商品、other_meaning 另一个意思、service 服务，写了它不必写 verdict", "removed": "停用这个词条", "responsible": "责任方", "role": "角色", "roles": "角色", "scopes": "范围：read、write、submit、admin", "secret": "密钥", "severity": "严重程度，1–4，0 未知",
	"sources": "站点配置", "state": "unreviewed、confirmed、rejected、all", "station": "监测站编号", "station_name": "监测站名称", "status": "active、warned、exited",
	"surface": "提议的一个写法，先填进表单", "surfaces": "其他写法", "target": "一年采纳多少条线索得满分", "term": "评论关键词", "terms": "评论关键词，空为词库全部", "timely": "“按时”的权重", "title": "标题", "token": "令牌", "url": "地址",
	"urgent": "由哪条重要风险信息立案", "verdict": "confirmed、rejected、none（撤销）、note（只存说明）；没有命中的评论：fine 没有问题、problem 有问题、none（撤销）", "version": "读到的版本，新建为 0；报送的文件是报送表的第几版", "warned": "预警时间", "watch": "监测任务编号，空为全部", "year": "年",
}
