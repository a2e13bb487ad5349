package web

import (
	"slices"

	"chaping"
	"chaping/station"
)

// A firstStep is one thing to be set up in the first week. Whether it is done
// is seen from the data.
type firstStep struct {
	Title  string
	Detail string
	Path   string
	Done   bool
}

// firstWeek is what the account has to set up yet, and what it has; nil when all
// is done, or the account wants to see it no more.
func (q *request) firstWeek() ([]firstStep, error) {
	if q.api || q.account.ID == 0 || q.inside != nil {
		return nil, nil
	}
	if settled, err := q.Station.Settled(q.ctx, q.account.ID); err != nil || settled {
		return nil, err
	}
	b, err := q.Station.Begun(q.ctx)
	if err != nil {
		return nil, err
	}
	var list []firstStep
	step := func(route string, done bool, title, detail, path string) {
		if q.may(route) {
			list = append(list, firstStep{title, detail, path, done})
		}
	}
	settings, err := q.Station.Settings(q.ctx)
	if err != nil {
		return nil, err
	}
	step("POST /accounts", b.Accounts > 1, "给同事建账号", "每人一个账号，操作记录里才分得清是谁", "/accounts")
	step("POST /settings", settings.Contact != "" && settings.Phone != "", "写上本站联系人和电话", "报送表和年度报告上要用", "/settings")
	if q.seesReviews() && q.may("POST /import") {
		if err := q.firstReviews(&list, b); err != nil {
			return nil, err
		}
	}
	step("POST /form/freeze", b.Sheet, "填写并冻结第一张报送表", "逐行填写，自动保存；冻结后报送研究中心", "/form")
	files, err := q.App.Backups(q.ctx)
	if err != nil {
		return nil, err
	}
	step("POST /settings/backups", len(files) > 0, "做第一次备份", "以后按计划自动做，每月演练一次恢复", "/settings#backups")
	step("POST /settings/channels/test", b.Notified, "加一个通知渠道并试发", "到期、候选、失败时提醒得到人", "/settings#channels")
	if !slices.ContainsFunc(list, func(s firstStep) bool { return !s.Done }) {
		return nil, nil
	}
	return list, nil
}

// firstReviews adds the steps from reviews to a sheet.
func (q *request) firstReviews(list *[]firstStep, b station.Begun) error {
	reviews, err := q.Store.HasOthers(q.ctx, samplePlatform)
	if err != nil {
		return err
	}
	qualities, err := q.Station.Qualities(q.ctx, chaping.PeriodOf(q.Now()), 12)
	if err != nil {
		return err
	}
	judged := slices.ContainsFunc(qualities, func(k station.KeptQuality) bool { return k.Affirmed.Holds() })
	*list = append(*list,
		firstStep{"写下要监测的商品关键词", "就是在平台上搜索时输入的词，例如“电热水壶”", "/watches/new", b.Watches > 0},
		firstStep{"选定评论关键词", "在监测任务里按组选，例如“安全核心”；也可以改词库", "/watches", b.Terms},
		firstStep{"导入或采集第一批评论", "示例商城的数据不算", "/import", reviews},
		firstStep{"复核第一份样本", "约一刻钟，程序据此估计数字有多准", "/review/sample", judged},
		firstStep{"冻结第一张报送表", "报送期结束以后，从“本期工作”往下做", "/sheets", b.Platform})
	return nil
}

// firstWeekDone takes the checklist away.
func (q *request) firstWeekDone() error {
	if err := q.Station.Settle(q.ctx, q.account.ID, true); err != nil {
		return err
	}
	return q.redirect(q.back("/"), "“第一周要办的事”已收起，仍可在帮助的“第一天”里看")
}
