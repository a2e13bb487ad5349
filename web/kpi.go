package web

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"chaping"
	"chaping/station"
)

// A kpi is a number that somebody looks at first, beside that of the last period
// and of the same one a year before.
type kpi struct {
	key     string   // by which tiles of dashboards name it
	Title   string   `json:"title"`
	Value   string   `json:"value"`
	Path    string   `json:"-"`
	Changes []string `json:"changes"`           // in words
	Running string   `json:"running,omitempty"` // how much of the period has passed
}

// figure is a number of a period; known is false where there is none.
type figure struct {
	n     int
	known bool
	why   string // there is none; empty: there is no data
}

func knownFigure(n int) figure { return figure{n: n, known: true} }

// threePeriods are the period, the one before, and the same one a year before.
func threePeriods(p chaping.Period) [3]chaping.Period {
	return [3]chaping.Period{p, p.Previous(), {Year: p.Year - 1, Month: p.Month}}
}

// newKPI compares a number with the last period and last year. What goes on is
// not compared with what is complete: that would be a fall that there is not.
func (q *request) newKPI(p chaping.Period, key, title, unit, path string, of [3]figure) kpi {
	k := kpi{key: key, Title: title, Value: "—", Path: path}
	if of[0].known {
		k.Value = fmt.Sprintf("%d %s", of[0].n, unit)
	}
	running := p.Running(q.Now())
	if running {
		k.Running = "进行中，" + p.Elapsed(q.Now())
	}
	for i, name := range []string{"上期", "去年同期"} {
		then := of[i+1]
		switch {
		case !then.known:
			k.Changes = append(k.Changes, name+cmp.Or(then.why, "没有数据"))
		case running:
			k.Changes = append(k.Changes, fmt.Sprintf("%s全期 %d", name, then.n))
		case !of[0].known:
			k.Changes = append(k.Changes, fmt.Sprintf("%s %d", name, then.n))
		default:
			k.Changes = append(k.Changes, "比"+name+change(of[0].n, then.n))
		}
	}
	return k
}

// change says how a number differs from another one.
func change(now, then int) string {
	switch {
	case now == then:
		return "持平"
	case then == 0:
		return fmt.Sprintf(" +%d（原为 0）", now)
	}
	percent := math.Round(1000*float64(now-then)/float64(then)) / 10
	return fmt.Sprintf(" %+d（%+g%%）", now-then, percent)
}

// platformKPIs are those of a station that works on reviews.
func (q *request) platformKPIs(p chaping.Period, now counted) ([]kpi, error) {
	var reviews, affirmed, products [3]figure
	all := threePeriods(p)
	for _, at := range all[1:] { // both begin to load, and share one wait
		if _, _, err := q.countedWithin(at, 0); err != nil {
			return nil, err
		}
	}
	until := time.Now().Add(deskPatience / 5)
	for i, at := range all {
		c, ok := now, true
		if i > 0 {
			var err error
			if c, ok, err = q.countedWithin(at, time.Until(until)); err != nil {
				return nil, err
			}
		}
		if !ok {
			reading := figure{why: "正在读取"}
			reviews[i], affirmed[i], products[i] = reading, reading, reading
			continue
		}
		if c.Reviews == 0 {
			continue
		}
		if reviews[i] = knownFigure(int(c.Reviews)); !c.Mined {
			affirmed[i] = figure{why: "还没有用现在的词库挖掘"}
			products[i] = affirmed[i]
			continue
		}
		affirmed[i] = knownFigure(int(c.Edition.Affirmed))
		products[i] = knownFigure(c.complainedOf())
	}
	period := p.String()
	return []kpi{
		q.newKPI(p, "reviews", "评论", "条", "/runs", reviews),
		q.newKPI(p, "affirmed", "成立的命中", "处", "/review?period="+period+"&state=all", affirmed),
		q.newKPI(p, "products", "有差评的商品", "件", "/products?period="+period, products),
	}, nil
}

// overallKPIs are those of centre and bureau.
func (q *request) overallKPIs(p chaping.Period, cases []station.Case) ([]kpi, error) {
	var filed, leads, opened, closed [3]figure
	total := 0
	for i, at := range threePeriods(p) {
		duties, err := q.Station.Duties(q.ctx, q.account.Scope(), []chaping.Period{at}, q.due)
		if err != nil {
			return nil, err
		}
		turnout := station.TurnoutOf(duties)
		n := len(turnout.Filed)
		if i == 0 {
			total = n + len(turnout.Waited)
		}
		if filed[i] = knownFigure(n); i > 0 && n == 0 {
			filed[i] = figure{}
		}
		board, ok, err := q.joined(at)
		if err != nil {
			return nil, err
		}
		if ok && len(board.Stations) > 0 {
			leads[i] = knownFigure(len(board.Leads))
		}
		opened[i], closed[i] = casesIn(cases, at, i == 0 || n > 0)
	}
	period := p.String()
	return []kpi{
		q.newKPI(p, "filed", fmt.Sprintf("已报送的监测站（共 %d 个）", total), "个", "/inbox?period="+period, filed),
		q.newKPI(p, "leads", "线索", "条", "/board?period="+period, leads),
		q.newKPI(p, "opened", "新立案件", "件", "/cases", opened),
		q.newKPI(p, "closed", "结案", "件", "/cases", closed),
	}, nil
}

// casesIn are how many cases were opened and closed in a period; it says nothing
// of one in which nothing happened at all.
func casesIn(cases []station.Case, p chaping.Period, any bool) (opened, closed figure) {
	w := p.Window()
	in := func(t time.Time) bool { return !t.IsZero() && w.Contains(t) }
	for i := range cases {
		if in(cases[i].Created) {
			opened.n++
		}
		if in(cases[i].Disposed) {
			closed.n++
		}
	}
	any = any || opened.n+closed.n > 0
	opened.known, closed.known = any, any
	return opened, closed
}

// stationKPIs are those of a station that fills in sheet A.
func (q *request) stationKPIs(p chaping.Period, cases []station.Case) ([]kpi, error) {
	var entries, opened, closed [3]figure
	for i, at := range threePeriods(p) {
		duties, err := q.duties(at)
		if err != nil {
			return nil, err
		}
		filed := len(duties) > 0 && duties[0].Filed()
		if len(duties) > 0 && (filed || i == 0) {
			entries[i] = knownFigure(duties[0].Entries)
		}
		opened[i], closed[i] = casesIn(cases, at, i == 0 || filed)
	}
	period := p.String()
	return []kpi{
		q.newKPI(p, "entries", "本期报送的条目", "条", "/inbox?period="+period, entries),
		q.newKPI(p, "opened", "与本站有关的新案件", "件", "/cases", opened),
		q.newKPI(p, "closed", "结案", "件", "/cases", closed),
	}, nil
}

// ownLeads are the leads that wait for the account, and those that wait for
// anybody.
func (q *request) ownLeads(p chaping.Period) (list []notice, err error) {
	if !q.may("POST /board/leads") {
		return nil, nil
	}
	if q.account.ID != 0 {
		mine, err := q.Station.Leads(q.ctx, station.LeadFilter{Assignee: q.account.ID})
		if err != nil {
			return nil, err
		}
		waiting := map[string]int{}
		for _, l := range mine {
			if l.State == station.LeadJudging && l.Head == 0 {
				waiting[l.Period]++
			}
		}
		for _, period := range slices.Sorted(maps.Keys(waiting)) {
			list = append(list, notice{
				Text: fmt.Sprintf("%s 期有 %d 条交给您的线索还在研判", period, waiting[period]),
				Path: string(
					query(
						"/board",
						"period",
						period,
						"filter[state]",
						string(station.LeadJudging),
						"filter[person]",
						q.account.Person,
					),
				),
				Link: "去研判",
			})
		}
	}
	board, ok, err := q.joined(p)
	if err != nil || !ok {
		return list, err
	}
	fresh := 0
	for i := range board.Leads {
		if r := &board.Leads[i].Record; cmp.Or(r.State, station.LeadNew) == station.LeadNew && r.Case == 0 {
			fresh++
		}
	}
	if fresh > 0 {
		list = append(list, notice{
			Text: fmt.Sprintf("%s 期有 %d 条线索还没有人研判", p, fresh),
			Path: string(query("/board", "period", p, "filter[state]", string(station.LeadNew))),
			Link: "去研判",
		})
	}
	return list, nil
}
