package web

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"chaping"
	"chaping/app"
	"chaping/nlp/lexicon"
)

// A jobResult is what a job came to, for programs. People read it in the words
// of the functions below.
type jobResult struct {
	Import     *app.ImportResult   `json:"import,omitempty"`
	Collection *app.CollectResult  `json:"collection,omitempty"`
	Plan       *app.PlanResult     `json:"plan,omitempty"`
	Backup     *app.BackupResult   `json:"backup,omitempty"`
	Learnt     *app.Learnt         `json:"-"` // so does another show this
	Difference *lexicon.Difference `json:"-"` // a page of its own shows it
}

// lines collects what a page says of a result, one sentence a line.
type lines []string

func (l *lines) add(format string, args ...any) { *l = append(*l, fmt.Sprintf(format, args...)) }

func (l *lines) String() string { return strings.Join(*l, "\n") }

// importText says what became of an imported file and of the product table that
// came with it. An error tells that not all of it could be used.
func importText(r app.ImportResult, products *app.ProductTable) (string, error) {
	if r.Listed != nil {
		return tableText(&r)
	}
	var l lines
	switch {
	case r.After > 0:
		l.add("上次导入中断于第 %d 行，从下一行继续；以下只计继续的部分", r.After)
	case r.Restarted:
		l.add("上次导入中断后，数据库里的评论被清除过，已从头导入")
	}
	l = append(l, r.Lines()...)
	for _, e := range r.Problems {
		l.add("%s", chaping.Explain(e, wordAdvice))
	}
	if all := r.Refused + r.Damaged + r.Noted; all > int64(len(r.Problems)) {
		l.add("……以上是前 %d 行，共 %d 行", len(r.Problems), all)
	}
	l.productProblems(products)
	if r.NoKey > 0 {
		l.add("注意：%d 行的商品没有商品关键词，报送表“关键词”一栏将为空；填写“商品关键词”，或附上写有关键词的商品表，再导入一次", r.NoKey)
	}
	if r.Refused > 0 {
		return l.String(), &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已导入", r.Refused),
			Remedy: "按下面列出的原因改正后重新导入同一文件，已导入的不会重复"}
	}
	return l.String(), nil
}

// tableText says what became of a product table that came without reviews.
func tableText(r *app.ImportResult) (string, error) {
	l := lines(r.Lines())
	if r.NoKey > 0 {
		l.add("注意：%d 件商品没有商品关键词，报送表“关键词”一栏将为空；在商品表里补上，或核对各列时填写，再导入一次", r.NoKey)
	}
	for _, e := range r.Problems {
		l.add("%s", chaping.Explain(e, wordAdvice))
	}
	if all := r.Refused + r.Noted; all > int64(len(r.Problems)) && len(r.Problems) > 0 {
		l.add("……以上是前 %d 处，共 %d 处", len(r.Problems), all)
	}
	if r.Refused > 0 {
		return l.String(), &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已导入", r.Refused),
			Remedy: "按列出的原因改正后重新导入同一商品表，已导入的不会重复"}
	}
	return l.String(), nil
}

// maxProblems is how many rows of a product table a page lists.
const maxProblems = 20

func (l *lines) productProblems(t *app.ProductTable) {
	if t == nil {
		return
	}
	for i, e := range t.Problems {
		if i == maxProblems {
			l.add("……商品表共有 %d 处问题", len(t.Problems))
			break
		}
		l.add("%s", chaping.Explain(e, wordAdvice))
	}
}

// collectText says what a collection came to. An error tells that not all of it
// could be read.
func collectText(r app.CollectResult) (string, error) {
	var l lines
	for _, source := range r.Sources {
		l.source(source)
	}
	if !r.Complete {
		return l.String(), &chaping.Error{Code: chaping.CodePartial, Message: "有内容没有采到，其余已入库",
			Remedy: "按下面的说明处理后再采集一次，已采到的不会重复"}
	}
	return l.String(), nil
}

// maxFaults is how many faults of a site a page lists.
const maxFaults = 10

func (l *lines) source(s app.CollectedSource) {
	switch {
	case s.Removed:
		l.add("上次采集以后，数据库里的评论被清除过，已重新读取整个报送期")
	case !s.Resumed.IsZero():
		l.add("接着采 %s 开始、没有采完的 %s", s.Resumed.In(chaping.Shanghai()).Format(time.DateTime), s.Site)
	}
	if s.First {
		l.add("数据库中还没有%s的评论，已读取整个报送期", s.Platform)
	}
	l.add("%s：读 %d 页（%.1f MB），用时 %s；商品 %d 件，期内评论 %d 条（默认评论 %d、有追评 %d），期外 %d 条，重复出现 %d 条",
		s.Site, s.Pages, float64(s.Bytes)/(1<<20), s.Finished.Sub(s.Started).Round(10*time.Millisecond),
		s.Products, s.Reviews, s.Defaults, s.Appended, s.Outside, s.Duplicates)
	for _, k := range s.Keywords {
		note := ""
		if k.Truncated {
			note = "（结果未能翻到底）"
		}
		if k.Repeated > 0 {
			note = fmt.Sprintf("，另有 %d 件是重复出现的", k.Repeated) + note
		}
		l.add("关键词“%s”：搜索结果 %d 件，采用 %d 件%s", k.Keyword, k.Found, k.Listings, note)
	}
	for _, part := range []struct {
		format string
		n      int64
	}{
		{format: "没有评分、由文本模型评级的评论 %d 条", n: s.ByText},
		{format: "自上次以来没有变化的评论页 %d 页，没有重新传送", n: s.Unchanged},
		{format: "%d 条评论在几件商品下重复出现（编号、时间、内容都相同），每件商品都计了一次；同款各规格显示同一份评论的，在站点配置的 reviews 里写 shared: true", n: s.Twins},
		{format: "评论不是新的在前的列表 %d 个，不在早于报送期的一页停下", n: s.Mixed},
		{format: "页上没有站点配置所写的评论总数（total）的列表 %d 个，核对不了是否读全", n: s.Untold},
		{format: "只写明是几天、几周、几个月前的评论 %d 条，可能属于相邻的报送期", n: s.Vague},
		{format: "robots.txt 不允许访问的 %d 页，未访问", n: s.Robots},
		{format: "站点配置之外的地址 %d 个，未访问", n: s.Denied},
		{format: "评论没有读全的商品 %d 件，差评数、评论数可能偏少", n: s.Gaps},
		{format: "还有 %d 页没有读", n: int64(s.Unfinished)},
	} {
		if part.n > 0 {
			l.add(part.format, part.n)
		}
	}
	if s.Faults > 0 {
		l.add("站点内容有误 %d 处，其中评论 %d 条不可用：", s.Faults, s.Refused)
		for _, f := range s.Examples[:min(len(s.Examples), maxFaults)] {
			l.add("%s", f)
		}
	}
	for _, f := range s.Truncated {
		l.add("未能读到底：%s", f)
	}
	for _, letter := range s.Letters {
		l.add("放弃的页面：%s：%s", letter.URL, letter.Reason)
	}
	for _, rest := range s.Resting {
		l.add("暂停访问 %s：%s", rest.Host, rest.Reason)
	}
}

// planText says what running a plan came to, also when it was not finished.
func planText(r app.PlanResult) string {
	var l lines
	for _, s := range r.Steps {
		l.step(s)
	}
	switch {
	case r.Elsewhere:
		l.add("另一个进程正在调度，已交给它运行；结果见“设置”页的计划")
	case r.Done > 0:
		l.add("%s（%s）：完成，%d 步", r.Plan, r.Slot.In(chaping.Shanghai()).Format(chaping.Minute), r.Done)
	}
	return l.String()
}

func (l *lines) step(s app.StepResult) {
	if s.Problem != nil {
		l.add("%s：没有做完", s.Step)
	}
	for _, c := range s.Collections {
		for _, source := range c.Sources {
			l.source(source)
		}
	}
	if s.Mined != nil {
		l.add("报送期 %s：评论 %d 条，命中 %d 处，其中成立 %d 处", s.Mined.Period, s.Mined.Reviews, s.Mined.Mentions, s.Mined.Affirmed)
		if s.Mined.NotChinese > 0 {
			l.add("其中 %d 条评论不是中文，词库认不出其中的风险", s.Mined.NotChinese)
		}
	}
	if s.Backup != nil {
		l.add("已备份并核对：%s，%.1f MB", s.Backup.File, float64(s.Backup.Bytes)/1e6)
	}
	if s.Drilled != nil {
		l.add("恢复演练通过：%s", filepath.Base(s.Drilled.File))
	}
	if len(s.Expired) > 0 {
		l.add("已删除 %d 份旧的自动备份", len(s.Expired))
	}
	if s.Raised > 0 {
		l.add("重要风险信息：新提示 %d 条，请尽快核实", s.Raised)
	}
	for _, file := range s.Files {
		l.add("已输出 %s", filepath.Base(file))
	}
	if s.Sent > 0 {
		l.add("已发出 %d 条通知", s.Sent)
	}
	if s.Failed > 0 {
		l.add("%d 条通知没有发出，稍后自动重试", s.Failed)
	}
}
