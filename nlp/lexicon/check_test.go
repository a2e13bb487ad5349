package lexicon

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/pattern"
)

func write(t testing.TB, files map[string]string) (dir string) {
	t.Helper()
	dir = t.TempDir()
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func check(t testing.TB, path string) []Finding {
	t.Helper()
	s, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	found, err := Check(s)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func TestCheck(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml": `field: 甲
terms:
  - {name: 漏电, hazard: electrical, severity: 4, surfaces: [跑电, 外壳漏电, 漏點, 漏点, '电人(了)?']}
  - {name: 麻, hazard: electrical, severity: 2}
  - {name: 异味, hazard: smell, severity: 7}
  - {name: 炸机, hazard: quality, severity: 1}
  - {name: 刺鼻}
`,
		"b.yaml": `field: 乙
terms:
  - {name: 漏电, hazard: fire, severity: 4}
  - {name: A货品, hazard: fake, severity: 1}
  - {name: 假货, hazard: fake, severity: 1, surfaces: [ａ货品, 跑电]}
  - {name: 漏电起火, hazard: fire, severity: 4}
`,
		"c.yaml": "field: 丙\nterms: [",
		"d.txt":  "not read",
	})
	type want struct {
		level   Level
		file    string
		line    int
		problem string
	}
	wants := []want{
		{Warning, "a.yaml", 3, "与同一词条的“漏點”归一后相同"},
		{Warning, "a.yaml", 3, "却不是模式"},
		{Note, "a.yaml", 3, "同一词条已有“漏电”，这个写法多余"},
		{Err, "a.yaml", 4, "只有一个字"},
		{Err, "a.yaml", 5, "没有这个危害类别"},
		{Err, "a.yaml", 5, "严重程度应为 1–4"},
		{Warning, "a.yaml", 6, "多半出现在更长的常用词里（轰炸机"},
		{Warning, "a.yaml", 7, "不参与线索优先级"},
		{Err, "b.yaml", 3, "两处不一致"},
		{Err, "b.yaml", 5, "已是“漏电”的写法（a.yaml 第 3 行）"},
		{Err, "b.yaml", 5, "与词条“A货品”的“A货品”（b.yaml 第 4 行）归一后相同"},
		{Note, "b.yaml", 6, "含有词条“漏电”的“漏电”"},
		{Err, "c.yaml", 0, "不是可用的词典文件"},
	}
	found := check(t, dir)
	for _, w := range wants {
		if !slices.ContainsFunc(found, func(f Finding) bool {
			return f.Level == w.level && f.Fault.File == w.file && f.Fault.Line == w.line && strings.Contains(f.Fault.Problem, w.problem)
		}) {
			t.Errorf("not found: %s %s:%d %s", w.level.Chinese(), w.file, w.line, w.problem)
		}
	}
	if len(found) != len(wants) {
		t.Errorf("%d findings, want %d:", len(found), len(wants))
		for _, f := range found {
			t.Logf("%s %v", f.Level.Chinese(), f.Fault)
		}
	}
}

func TestCheckOneFileAndList(t *testing.T) {
	dir := write(t, map[string]string{
		"a.yaml":   "field: 甲\nterms:\n  - {name: 漏电, hazard: electrical, severity: 4}\n",
		"b.yaml":   "field: 乙\nterms:\n  - {name: 漏电, hazard: electrical, severity: 4}\n",
		"list.txt": "# 注释\n漏电\n漏\n\n异味\n異味\n",
	})
	if found := check(t, filepath.Join(dir, "a.yaml")); len(found) != 0 {
		t.Errorf("one file: %v", found[0].Fault)
	}
	if found := check(t, dir); len(found) == 0 || found[0].Level != Err {
		t.Errorf("the directory has a term twice: %v", found)
	}
	found := check(t, filepath.Join(dir, "list.txt"))
	if len(found) != 2 || found[0].Fault.Line != 3 || found[1].Fault.Line != 6 {
		t.Errorf("list: %v", found)
	}
	if _, err := Open(filepath.Join(dir, "none")); err == nil {
		t.Error("opened what is not there")
	}
}

// TestShipped holds the shipped dictionaries to what they promise.
func TestShipped(t *testing.T) {
	s, err := Open("")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range check(t, "") {
		if f.Level != Note {
			t.Errorf("%s %v", f.Level.Chinese(), f.Fault)
		}
	}
	if len(s.Entries) < 400 {
		t.Errorf("only %d terms", len(s.Entries))
	}
	fields := map[string]int{}
	for _, e := range s.Entries {
		fields[e.Field]++
	}
	for _, f := range []string{"通用", "食品接触材料", "空气净化器与室内空气", "家用电器", "化学建材", "电线电缆", "润滑油品", "电动自行车与充电器", "儿童玩具与用品", "纺织服装", "化妆品与洗护", "食品"} {
		if fields[f] < 15 {
			t.Errorf("%s has %d terms", f, fields[f])
		}
	}
	hazards := map[chaping.Hazard]bool{}
	for _, e := range s.Entries {
		hazards[e.Hazard] = true
	}
	for _, h := range chaping.Hazards() {
		if !hazards[h] {
			t.Errorf("no term of hazard %s", h)
		}
	}
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range s.Entries {
		for _, form := range e.forms() {
			if pattern.Is(form) {
				continue
			}
			if !slices.ContainsFunc(miner.MineGoods(nil, form, miner.GoodsOf(e.Field)), func(m chaping.Mention) bool { return m.Term == e.Name }) {
				t.Errorf("%s 第 %d 行：“%s”单独写出也找不到", e.File, e.Line, form)
			}
		}
	}
}

// TestOrdinaryPraise: what satisfied buyers say every day is no complaint.
func TestOrdinaryPraise(t *testing.T) {
	miner, err := nlp.ShippedMiner()
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"麻辣味道很好，吃完还想再买", "一点都不麻烦，客服很耐心", "这味道爱了，全家都喜欢", "颜色正，炸鸡很香",
		"快递小哥服务态度好到爆", "孩子玩得停不下来，太上头了", "价格美丽，冲就完了", "烫衣服很平整，蒸汽足",
		"充电很快，续航一整天", "很香很软，宝宝爱吃", "带电池发货，当天就到", "火力很猛，炒菜香",
		"脸上清爽不油腻", "冰箱保鲜很好，水果放一周还新鲜", "手感丝滑，质感高级", "毛茸茸的很可爱", "便宜得吓人，值得买",
		"红红火火，过年挂上很喜庆", "我的手机壳终于到了", "用了一段时间来评价，真心推荐",
	} {
		for _, m := range miner.Mine(nil, text) {
			if m.Assertion == chaping.Affirmed {
				t.Errorf("%s: %s（%s）", text, m.Term, m.Surface)
			}
		}
	}
}

func BenchmarkCheckShipped(b *testing.B) {
	for b.Loop() {
		check(b, "")
	}
}

// TestPatterns: a pattern that takes praise for a complaint, and one whose
// reviews another term has, are told with their place.
func TestPatterns(t *testing.T) {
	dir := t.TempDir()
	text := "field: 甲\nterms:\n  - {name: 声音问题, hazard: noise, severity: 1, surfaces: ['声音~2(大|小)']}\n" +
		"  - {name: 漏电, hazard: electrical, severity: 4, surfaces: ['(外壳|机身)~2漏电']}\n" +
		"  - {name: 外壳, hazard: electrical, severity: 4, surfaces: ['外壳漏电了', '(外壳|机身)漏电']}\n"
	if err := os.WriteFile(filepath.Join(dir, "a.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, f := range check(t, dir) {
		if strings.Contains(f.Fault.Problem, "好评") || strings.Contains(f.Fault.Problem, "这样的评论（") {
			got = append(got, fmt.Sprintf("%s %d %s", f.Level.Chinese(), f.Fault.Line, f.Fault.Value))
		}
	}
	want := []string{"警告 3 声音~2(大|小)", "提示 5 (外壳|机身)漏电"}
	if !slices.Equal(slices.Compact(got), want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestIsFileName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"家电.yaml": true, "a_b-1.yaml": true, ".yaml": false, "-a.yaml": false, "../a.yaml": false, "a.yml": false, "a b.yaml": false,
		strings.Repeat("词", 61) + ".yaml": true, strings.Repeat("词", 62) + ".yaml": false, "\xff.yaml": false, ".a.yaml": false,
	} {
		if isFileName(name) != want {
			t.Errorf("%q: %t", name, !want)
		}
	}
}
