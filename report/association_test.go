package report

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"chaping"
)

// association is a sheet A with entries of every sort.
func association(t testing.TB) *Association {
	f := finding(t)
	a := &Association{Station: "上海市家电电器行业协会", Filler: "张三", Phone: "021-00000000", Filed: time.Date(2026, 11, 25, 0, 0, 0, 0, chaping.Shanghai()),
		Period: period(t, "2026-11"), Program: "test", Dictionary: "d-1234", Entries: []Entry{
			f.Draft(),
			{Product: "室内加热器", Companies: "2", Region: "宁波市", Content: "漏电起火，行业内普遍使用劣质温控器", Analysis: "=cmd|' /C calc'!A0", Advice: "召回", Source: "委托检验", From: []string{"某协会"}},
		}}
	for i := range a.Entries {
		a.Entries[i].Classify()
	}
	return a
}

func finding(t testing.TB) Finding {
	return Finding{Window: period(t, "2026-11").Window(), Keyword: "电热水壶", Hazard: "electrical", Terms: []string{"漏电", "触电"}, Severity: 4,
		Affirmed: 37, Reviews: 1204, Injuries: 2, Products: 5, Shops: 3, Regions: []string{"宁波市"}, Platforms: []string{"mall"},
		Earlier: 12, EarlierAll: 900, Periods: 3, Priority: 61.4, Evidence: []string{"2026-11-01 壶把手漏电"}}
}

func TestDraftStatesCounts(t *testing.T) {
	f := finding(t)
	e := f.Draft()
	want := Entry{Product: "电热水壶", Companies: "3 家店铺", Region: "宁波市",
		Content:  "2026年10月25日至2026年11月24日，37 条评论表明该类产品存在电气问题（漏电、触电），涉及 5 件商品、3 家店铺。其中 2 条提到人身伤害。",
		Analysis: "占所涉商品全部评论 1204 条的 3.07%。此前 3 个报送期为 12 条，占 1.33%。按词库，所反映问题最严重的后果为 4 级（共 4 级）；线索优先级 61（满分 100，不是风险等级）。原因有待检验核实。",
		Advice:   "建议核实后，视情督促相关生产经营者采取：停止销售、警示、召回。", Source: "电商平台公开评论（mall）",
		Kind: Hidden, Endangers: []Danger{Safety}, Suggested: true, Hazard: "electrical", Draft: true, Evidence: f.Evidence}
	if fmt.Sprintf("%+v", e) != fmt.Sprintf("%+v", want) {
		t.Errorf("\n got %+v\nwant %+v", e, want)
	}
}

func TestMeasures(t *testing.T) {
	for _, tt := range []struct {
		f    Finding
		want string
	}{
		{Finding{Severity: 1, Affirmed: 500, Shops: 50, Hazard: "quality"}, "警示"},
		{Finding{Severity: 3, Affirmed: 2, Shops: 1}, "警示"},
		{Finding{Severity: 3, Affirmed: 2, Shops: 1, Injuries: 1}, "停止销售、警示、召回"},
		{Finding{Severity: 4, Affirmed: 2, Shops: 1}, "停止销售、警示"},
		{Finding{Severity: 4, Affirmed: 10, Shops: 5, Hazard: "fire"}, "停止销售、警示、召回、停止生产"},
		{Finding{Severity: 3, Affirmed: 10, Shops: 5, Injuries: 1, Hazard: "chemical"}, "停止销售、警示、召回、无害化处理、停止生产"},
		{Finding{Severity: 4, Affirmed: 10, Shops: 1, Hazard: "microbiological"}, "停止销售、警示、召回、无害化处理、销毁"},
	} {
		if got := strings.Join(tt.f.Measures(), "、"); got != tt.want {
			t.Errorf("%+v: %s, want %s", tt.f, got, tt.want)
		}
	}
}

func TestKindAndDangers(t *testing.T) {
	for _, tt := range []struct {
		e         Entry
		kind      Kind
		dangers   string
		suggested bool
	}{
		{Entry{Content: "甲醛超标"}, Hidden, "健康", true},
		{Entry{Content: "消费者集中反映充电时起火"}, Complaint, "财产、人身安全", true},
		{Entry{Content: "业内普遍虚标功率"}, Practice, "财产", true},
		{Entry{Content: "看不出", Hazard: "noise"}, Hidden, "健康、环境", true},
		{Entry{Content: "看不出"}, Hidden, "健康", true},
		{Entry{Content: "甲醛超标", Kind: Complaint, Endangers: []Danger{Environment}}, Complaint, "环境", false},
	} {
		tt.e.Classify()
		if tt.e.Kind != tt.kind || DangerNames(tt.e.Endangers) != tt.dangers || tt.e.Suggested != tt.suggested {
			t.Errorf("%s: %s, %s, %v", tt.e.Content, tt.e.Kind, DangerNames(tt.e.Endangers), tt.e.Suggested)
		}
	}
	for in, want := range map[string]Kind{"行业潜规则": Practice, "集中反映的问题": Complaint, "危及安全的隐患或突发事件": Hidden, "practice": Practice, "天气": ""} {
		if got := ReadKind(in); got != want {
			t.Errorf("%s: %q", in, got)
		}
	}
}

func TestMerge(t *testing.T) {
	got := Merge([]Entry{
		{Product: "电热水壶", Hazard: "electrical", Companies: "3家", Region: "宁波", Content: "漏电", Kind: Complaint, Endangers: []Danger{Safety}, From: []string{"甲"}},
		{Product: "插座", Hazard: "electrical", Content: "漏电"},
		{Product: "电热 水壶", Hazard: "electrical", Companies: "约20家", Region: "宁波", Content: "触电", Kind: Hidden, Endangers: []Danger{Property}, From: []string{"乙"}},
		{Product: "电热水壶", Hazard: "fire", Content: "起火"},
		{Product: "电热水壶", Content: "说不清"}, {Product: "电热水壶", Content: "说不清", From: []string{"丙"}}, {Product: "电热水壶", Content: "也说不清"},
	})
	if len(got) != 5 {
		t.Fatalf("%d entries: %+v", len(got), got)
	}
	m := got[0]
	if m.Companies != "约20家" || m.Region != "宁波" || m.Content != "漏电\n触电" || m.Kind != Hidden || DangerNames(m.Endangers) != "财产、人身安全" || !slices.Equal(m.From, []string{"甲", "乙"}) {
		t.Errorf("%+v", m)
	}
	// Merging what is merged changes nothing.
	if again := Merge(got); fmt.Sprint(again) != fmt.Sprint(got) {
		t.Errorf("%+v", again)
	}
}

func TestReadAssociation(t *testing.T) {
	a := association(t)
	data, err := a.JSON()
	if err != nil {
		t.Fatal(err)
	}
	read, err := ReadAssociation(data)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := read.JSON(); err != nil || string(again) != string(data) {
		t.Errorf("%s\n%s", data, again)
	}
	if !a.draft() || !strings.Contains(string(data), `"draft": true`) {
		t.Error("a draft must say so")
	}
}

// What stations handed in may be of either sheet.
func TestReadEntry(t *testing.T) {
	row, err := json.Marshal(PlatformRow{Product: "插座", Term: "漏电", From: "2026-10-25", Reviews: 3})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok, err := ReadEntry(row); ok || err != nil {
		t.Errorf("a row of sheet B: %t %v", ok, err)
	}
	entry, err := json.Marshal(Entry{Product: "插座", Content: "漏电", From: []string{"甲"}})
	if err != nil {
		t.Fatal(err)
	}
	if e, ok, err := ReadEntry(entry); !ok || err != nil || e.Product != "插座" || len(e.From) != 1 {
		t.Errorf("%+v %t %v", e, ok, err)
	}
	if _, _, err := ReadEntry([]byte("{")); err == nil {
		t.Error("what is no JSON was read")
	}
}
