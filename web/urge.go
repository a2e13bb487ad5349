package web

import (
	"fmt"
	"strings"
)

// urge asks stations for reports that have not come.
func (q *request) urge() error {
	p, err := q.period()
	if err != nil {
		return err
	}
	var ids []int64
	for _, id := range q.list("ids") {
		ids = append(ids, number(id))
	}
	if len(ids) == 0 {
		return bad("没有选中监测站", "先选中还没有报送的监测站")
	}
	q.act.Object = "报送期 " + p.String()
	u, err := q.App.Urge(q.ctx, p, ids, q.account.Person, q.form("note"))
	if err != nil {
		return err
	}
	var parts []string
	for _, part := range []struct {
		words string
		names []string
	}{{"已催报", u.Urged}, {"今天已经催过", u.Already}, {"已经报送，不必催", u.Filed},
		{"没有账号、通知渠道和接口令牌，只登在通报里，请另行通知", u.Unheard}} {
		if len(part.names) > 0 {
			parts = append(parts, fmt.Sprintf("%s：%s", part.words, strings.Join(part.names, "、")))
		}
	}
	message := strings.Join(parts, "；")
	q.act.Detail = message
	if message == "" {
		return bad("选中的监测站这一期没有报送义务", "刷新页面再选")
	}
	return q.redirect(q.back("/inbox?period="+p.String()), message)
}
