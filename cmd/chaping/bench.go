package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/analysis/quality"
	"chaping/app"
	"chaping/configs"
	"chaping/demo/synth"
	"chaping/importer"
	"chaping/nlp"
	"chaping/nlp/polarity"
	"chaping/report"
	"chaping/station"
	"chaping/store"
)

type benchOptions struct {
	reviews int
	queried int
	rows    int // of the sheet by itself
	pieces  int // of evidence on it; 0: as many
	seed    uint64
	dir     string
	only    []string
	profile string
	json    bool
	gobench bool
}

// The parts of the bench, in their order, and one that is only done when it is
// asked for.
var benchParts = []string{"job", "import", "mine", "remine", "sheet", "query"}

const shardsPart = "shards"

func (p *program) benchCommand() *cobra.Command {
	var o benchOptions
	cmd := &cobra.Command{
		Use: "bench", Short: "用合成评论测量各项性能指标",
		Long: "生成合成评论（长度、重复、店铺和商品的分布都仿照真实数据，种子相同则内容相同），\n" +
			"在临时目录里完成导入、挖掘、计数、出表、改词库后重新挖掘和查询，最后列出一张表：每项的实测值、指标和两者之比。\n" +
			"指标按 --reviews 折算；不会读写 --data 目录。",
		Example: "  chaping bench\n  chaping bench --reviews 10000000 --dir /var/tmp",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runBench(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.IntVar(&o.reviews, "reviews", 1_000_000, "合成评论的条数")
	f.IntVar(&o.queried, "queried", 1_000_000, "查询一项的评论条数，分布在五年里")
	f.IntVar(&o.rows, "rows", 50_000, "报送表一项的行数")
	f.IntVar(&o.pieces, "evidence", 0, "报送表一项的证据条数，不写与行数相同")
	f.Uint64Var(&o.seed, "seed", 1, "随机种子")
	f.StringVar(&o.dir, "dir", "", "放临时数据的目录，没有就新建，1000 万条约需 6 GB；不写为系统临时目录")
	f.StringSliceVar(&o.only, "only", benchParts, "只测这些部分；另有 shards：按商品分成 1、2、4 片，量每片的用时")
	f.StringVar(&o.profile, "profile", "", "把每个步骤的 CPU 采样和内存分配写到这个目录（go tool pprof 可读）")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	f.BoolVar(&o.gobench, "go", false, "以 Go 基准测试的格式输出，供 benchstat 比较")
	return cmd
}

// A measure is a line of the bench's table. Smaller is better.
type measure struct {
	Name   string  `json:"name"`
	Value  float64 `json:"value"`
	Unit   string  `json:"unit"`
	Budget float64 `json:"budget,omitempty"` // 0: none
	Ratio  float64 `json:"ratio,omitempty"`  // of value to budget
	// CPU is what the process, the engine included, computed meanwhile: what
	// the value would be on one core of a machine with nothing else to do.
	CPU float64 `json:"cpu_seconds,omitempty"`
}

// A bench is one run of the bench.
type bench struct {
	*program
	benchOptions
	work    string // directory of its own
	period  chaping.Period
	results []measure
}

func (b *bench) add(name string, value float64, unit string, budget float64) {
	b.put(measure{Name: name, Value: value, Unit: unit, Budget: budget})
}

// took adds a time that was measured.
func (b *bench) took(name string, t spent, budget float64) {
	b.put(measure{Name: name, Value: t.wall.Seconds(), Unit: "s", Budget: budget, CPU: t.cpu.Seconds()})
}

func (b *bench) put(m measure) {
	budget := m.Budget
	if budget > 0 {
		m.Ratio = m.Value / budget
	}
	b.results = append(b.results, m)
	fmt.Fprintf(b.err, "%s：%.3g %s\n", m.Name, m.Value, m.Unit)
}

// A spent is the time that something took.
type spent struct{ wall, cpu time.Duration }

func (s *spent) add(more spent) {
	s.wall += more.wall
	s.cpu += more.cpu
}

// stopwatch starts measuring.
func stopwatch() func() spent {
	start, cpu := time.Now(), cpuTime()
	return func() spent { return spent{time.Since(start), cpuTime() - cpu} }
}

// cpuTime is what all threads of the process have computed.
func cpuTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (p *program) runBench(ctx context.Context, o benchOptions) (err error) {
	if o.rows < 1 || o.pieces < 0 || o.rows > 1_000_000 || o.pieces > 1_000_000 {
		return usage("--rows 和 --evidence 超出一张工作表放得下的行数，写 1 到 1000000")
	}
	if o.reviews < 10_000 {
		return usage("--reviews 至少 10000，太少量不出稳定的结果")
	}
	for _, part := range o.only {
		if part != shardsPart && !slices.Contains(benchParts, part) {
			return usage("--only 不认识“%s”", part)
		}
	}
	var work string
	for _, dir := range []string{o.dir, o.profile} {
		if err == nil && dir != "" {
			err = os.MkdirAll(dir, 0o700)
		}
	}
	if err == nil {
		work, err = os.MkdirTemp(o.dir, "chaping-bench-")
	}
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "建不了目录", Err: err, Remedy: "给 --dir 和 --profile 换可写的目录"}
	}
	defer func() { err = errors.Join(err, os.RemoveAll(work)) }()
	if err := roomForBench(work, o); err != nil {
		return err
	}
	b := &bench{program: p, benchOptions: o, work: work, period: chaping.PeriodOf(p.now()).Previous()}
	defer func() { // what was measured before something went wrong is kept
		err = errors.Join(err, b.tell())
	}()
	has := func(part string) bool { return slices.Contains(o.only, part) }
	if has("job") || has("remine") {
		if err := b.jobs(ctx, has("job"), has("remine")); err != nil {
			return err
		}
	}
	if has("import") {
		if err := b.imports(ctx); err != nil {
			return err
		}
	}
	if has("mine") {
		if err := b.mining(ctx); err != nil {
			return err
		}
	}
	if has("query") {
		if err := b.queries(ctx); err != nil {
			return err
		}
	}
	if has("sheet") {
		if err := b.sheet(); err != nil {
			return err
		}
	}
	if has(shardsPart) {
		return b.shards(ctx)
	}
	return nil
}

// tell prints what was measured.
func (b *bench) tell() error {
	switch {
	case len(b.results) == 0:
	case b.json:
		return b.printJSON(b.results)
	case b.gobench:
		b.printGo()
	default:
		b.print()
	}
	return nil
}

// printGo prints times and ratios as "go test -bench" does.
func (b *bench) printGo() {
	for _, m := range b.results {
		name := benchName(m.Name)
		switch m.Unit {
		case "s":
			fmt.Fprintf(b.out, "Benchmark%s 1 %d ns/op %d cpu-ns/op\n", name, int64(m.Value*1e9), int64(m.CPU*1e9))
		case "ms":
			fmt.Fprintf(b.out, "Benchmark%s 1 %d ns/op\n", name, int64(m.Value*1e6))
		default:
			fmt.Fprintf(b.out, "Benchmark%s 1 %g %s\n", name, m.Value, m.Unit)
		}
	}
}

// benchName is a name without numbers that differ from run to run, and without
// what the format takes for its own.
func benchName(name string) string {
	name, _, _ = strings.Cut(strings.TrimSpace(strings.TrimLeft(name, "　")), "（")
	return strings.Map(func(r rune) rune {
		if r <= ' ' || strings.ContainsRune("，。：/　", r) {
			return '_'
		}
		return r
	}, name)
}

// What a bench needs at least, in bytes: a review on the disk while it is imported
// from a file, one that is only queried (45 were measured; as much again while parts
// merge), and memory to spare.
const (
	benchDisk   = 700
	queriedDisk = 150
	benchMemory = 3 << 30
)

// disk is what the parts asked for need of it, in bytes. They follow one another
// and clear up, so it is that of the largest.
func (o benchOptions) disk() (need uint64) {
	for _, part := range o.only {
		switch part {
		case "query":
			need = max(need, uint64(o.queried)*queriedDisk)
		case "job", "remine", "import", shardsPart:
			need = max(need, uint64(o.reviews)*benchDisk)
		}
	}
	return need
}

// roomForBench refuses a bench that the machine has no disk or memory for, before
// it starts.
func roomForBench(dir string, o benchOptions) error {
	need := o.disk()
	if need == 0 {
		return nil
	}
	if left := app.FreeBytes(dir); left > 0 && left < need {
		return &chaping.Error{Code: chaping.CodeEnvironment,
			Message: fmt.Sprintf("磁盘空间不够：要约 %d MB，只剩 %d MB（%s）", need>>20, left>>20, dir),
			Remedy:  "清出空间，用 --dir 换一个目录，或减少 --reviews"}
	}
	memory, err := os.ReadFile("/proc/meminfo") // elsewhere there is none
	if err != nil {
		return nil
	}
	var free uint64
	for line := range bytes.Lines(memory) {
		if n, _ := fmt.Sscanf(string(line), "MemAvailable: %d kB", &free); n == 1 {
			break
		}
	}
	if free > 0 && free<<10 < benchMemory {
		return &chaping.Error{Code: chaping.CodeEnvironment,
			Message: fmt.Sprintf("可用内存只有 %d MB，少于 %d MB，量出的不是程序的快慢", free>>10, benchMemory>>20),
			Remedy:  "停掉别的程序再量"}
	}
	return nil
}

func (b *bench) print() {
	w := tabwriter.NewWriter(b.out, 0, 8, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "实测\t指标\t实测/指标\t单位\tCPU 秒\t  项目\t")
	for _, m := range b.results {
		budget, ratio, cpu := "—", "—", "—"
		if m.CPU > 0 {
			cpu = fmt.Sprintf("%.4g", m.CPU)
		}
		if m.Budget > 0 {
			budget, ratio = fmt.Sprintf("%.3g", m.Budget), fmt.Sprintf("%.2f", m.Ratio)
		}
		fmt.Fprintf(w, "%.4g\t%s\t%s\t%s\t%s\t  %s\t\n", m.Value, budget, ratio, m.Unit, cpu, m.Name)
	}
	w.Flush()
}

// benchTerms are the terms of the job's dictionary, and further ones that a
// dictionary edit adds.
const (
	benchTerms = 1000
	addedTerms = 20
)

// dictionaries are the job's dictionary (the shipped terms and made-up ones)
// and the one that an edit makes of it.
func (b *bench) dictionaries() (before, after *nlp.Dictionary, err error) {
	shipped, err := nlp.ShippedDictionary()
	if err != nil {
		return nil, nil, err
	}
	terms := slices.Clone(shipped.Terms)
	known := map[string]bool{}
	for _, t := range terms {
		known[t.Name] = true
	}
	made := slices.DeleteFunc(synth.Terms(900), func(name string) bool { return known[name] })[:benchTerms-len(terms)+addedTerms]
	for _, name := range made[:len(made)-addedTerms] {
		terms = append(terms, chaping.Term{Name: name, Hazard: "quality", Severity: 1})
	}
	more := slices.Clone(terms)
	for _, name := range made[len(made)-addedTerms:] {
		more = append(more, chaping.Term{Name: name, Hazard: "mechanical", Severity: 2})
	}
	return &nlp.Dictionary{Terms: terms}, &nlp.Dictionary{Terms: more}, nil
}

// miner mines with the dictionary before the edit.
func (b *bench) miner() (*nlp.Miner, error) {
	dict, _, err := b.dictionaries()
	if err != nil {
		return nil, err
	}
	return nlp.NewMiner(dict)
}

func (b *bench) load(reviews int, dict *nlp.Dictionary) *synth.Load {
	l := &synth.Load{Seed: b.seed, Reviews: reviews, Window: b.period.Window()}
	for i := len(dict.Terms) - 1; i >= 0; i-- { // the last ones, which an edit adds, are the most frequent
		l.Terms = append(l.Terms, dict.Terms[i].Name)
	}
	return l
}

// jobs times the whole job on a tenth of the reviews and on all of them, and
// mining again after a dictionary edit.
func (b *bench) jobs(ctx context.Context, all, remine bool) error {
	before, after, err := b.dictionaries()
	if err != nil {
		return err
	}
	millions := float64(b.reviews) / 1e6
	var small spent
	if all {
		if small, err = b.job(ctx, b.load(b.reviews/10, after), before, false, nil); err != nil {
			return err
		}
		b.took("全程，十分之一的评论", small, 0)
	}
	var again func(s *store.Store) error
	if remine {
		again = func(s *store.Store) error {
			miner, err := nlp.NewMiner(after)
			if err != nil {
				return err
			}
			pipe := &app.Pipeline{Store: s, Miner: miner, Now: b.now}
			var mined app.Mined
			took, err := b.stage("remine", func() (err error) {
				mined, err = pipe.Mine(ctx, b.period, false)
				return err
			})
			if err != nil {
				return err
			}
			b.took(fmt.Sprintf("词库加 %d 条后重新挖掘（%d 条评论受影响）", addedTerms, mined.Mined), took, 2*millions)
			return nil
		}
	}
	total, err := b.job(ctx, b.load(b.reviews, after), before, all, again)
	if err != nil || !all {
		return err
	}
	b.took(fmt.Sprintf("全程，%d 条评论", b.reviews), total, 12*millions)
	b.add("评论增为 10 倍时 CPU 时间增为", float64(total.cpu)/float64(small.cpu), "倍", 10)
	return nil
}

// stepMine is the step of a job that mines.
const stepMine = "挖掘"

// job imports, mines, tallies and renders, and gives the time that it took.
func (b *bench) job(
	ctx context.Context,
	l *synth.Load,
	dict *nlp.Dictionary,
	tell bool,
	then func(*store.Store) error,
) (total spent, err error) {
	dir := filepath.Join(b.work, strconv.Itoa(l.Reviews))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	file := filepath.Join(dir, "reviews.ndjson")
	if err := report.WriteFile(file, l.WriteNDJSON); err != nil {
		return total, err
	}
	miner, err := nlp.NewMiner(dict)
	if err != nil {
		return total, err
	}
	text, err := polarity.Shipped()
	if err != nil {
		return total, err
	}
	standard, err := configs.Files.ReadFile("import/standard.yaml")
	if err != nil {
		return total, err
	}
	profile, err := importer.LoadProfile("standard.yaml", bytes.NewReader(standard))
	if err != nil {
		return total, err
	}
	s, err := store.Open(ctx, store.Config{DataDir: dir, Now: b.now})
	if err != nil {
		return total, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	var highest int64
	var mined spent
	step := func(name, stage string, do func() error) error {
		resetPeak()
		if !tell { // the tenth is not worth a profile
			stage = ""
		}
		took, err := b.stage(stage, do)
		top := peak()
		highest = max(highest, top)
		total.add(took)
		if name == stepMine {
			mined = took
		}
		if tell && err == nil {
			b.took(fmt.Sprintf("　%s（内存峰值 %.2f GiB）", name, float64(top)/(1<<30)), took, 0)
		}
		return err
	}
	var sum importer.Summary
	pipe := &app.Pipeline{Store: s, Miner: miner, Now: b.now}
	var sheet *report.Platform
	for _, st := range []struct {
		name, stage string
		do          func() error
	}{
		{"导入", "import", func() (err error) {
			sum, err = importer.Import(ctx, file, importer.Options{Profile: profile, Sink: s, Run: store.ImportRun(b.now()), Now: b.now(), GradeText: text.GradeReview})
			return err
		}},
		{stepMine, "mine", func() error { _, err := pipe.Mine(ctx, b.period, false); return err }},
		{"计数", "count", func() (err error) {
			sheet, _, err = pipe.PlatformSheet(ctx, b.period, app.SheetOptions{Station: "合成", Program: buildVersion()})
			if err == nil {
				err = sheet.File(time.Time{}, b.now(), nil)
			}
			return err
		}},
		{"出表", "sheet", func() error {
			_, _, err := b.app.WriteForm(ctx, sheet, dir, "platform", []string{"xlsx", "json"})
			return err
		}},
	} {
		if err := step(st.name, st.stage, st.do); err != nil {
			return total, err
		}
	}
	if tell {
		b.add("　全程内存峰值", float64(highest)/(1<<30), "GiB", 1.2)
		fmt.Fprintf(b.err, "读到 %d 行，报送表 %d 行，证据 %d 条\n", sum.Rows, len(sheet.Rows), len(sheet.Evidence))
	}
	if tell {
		var bytesOnDisk uint64
		if bytesOnDisk, err = s.ReviewBytes(ctx); err != nil {
			return total, err
		}
		b.add("　每条评论占用磁盘", float64(bytesOnDisk)/float64(l.Reviews), "B", 0)
		e, err := s.Edition(ctx, b.period, miner.Version())
		if err != nil {
			return total, err
		}
		stop := stopwatch()
		_, err = app.Draw(ctx, s, e, miner.Dictionary().Terms, station.Sample{Seed: 1, Margin: quality.DefaultMargin})
		if err != nil {
			return total, err
		}
		b.took("抽取复核样本", stop(), 5)
		if err := b.references(ctx, s, miner, mined); err != nil {
			return total, err
		}
	}
	if then != nil {
		return total, then(s)
	}
	return total, nil
}

// sheet times a platform sheet by itself.
func (b *bench) sheet() error {
	l := &synth.Load{Seed: b.seed, Reviews: 20_000_000, Window: b.period.Window()}
	terms := synth.Terms(100)
	pieces := cmp.Or(b.pieces, b.rows)
	var tallies []chaping.Tally
	for i := range b.rows {
		n := uint64(b.rows / (i + 1))
		tallies = append(tallies, chaping.Tally{
			Period: b.period, Keyword: l.Keyword(i), Term: terms[i%len(terms)], Product: l.Product(i),
			NegativeReviews: n, Reviews: 2 * n, AllNegativeReviews: n, ReviewsWithoutDefault: n, AffirmedReviews: 1 + n,
		})
	}
	sheet := &report.Platform{
		Station:    "合成",
		Filed:      b.now(),
		Period:     b.period,
		Dictionary: "bench",
		Program:    buildVersion(),
	}
	file := filepath.Join(b.work, "sheet.xlsx")
	took, err := b.stage("sheet-alone", func() error { return b.fillSheet(sheet, l, tallies, pieces, file) })
	if err != nil {
		return err
	}
	b.took(fmt.Sprintf("报送表（xlsx）%d 行、证据 %d 条", b.rows, pieces), took, 5*float64(b.rows+pieces)/100_000)
	return b.sheetReference(file, took)
}

// fillSheet makes a sheet of tallies, with so many pieces of evidence, and writes it.
func (b *bench) fillSheet(sheet *report.Platform, l *synth.Load, tallies []chaping.Tally, pieces int, file string) error {
	row, ordered := sheet.CollectRows()
	for i := range tallies {
		row(&tallies[i])
	}
	ordered()
	add, done := sheet.CollectEvidence(func(chaping.ReviewKey, string) chaping.Judgement { return chaping.Judgement{} })
	for i := range pieces {
		t := &tallies[i%len(tallies)]
		err := add(&chaping.Evidence{Keyword: t.Keyword, Term: t.Term, Review: chaping.Review{
			Platform: t.Product.Platform, Product: t.Product.ID, ID: strconv.Itoa(i), Published: l.Window.From, Grade: chaping.Negative, Rating: 1,
			Text: "刚拆开就发现" + t.Term + "，联系商家不理，退货还要自己出运费。",
		}, Mention: chaping.Mention{Term: t.Term, Surface: t.Term, Start: 6, End: 10, Assertion: chaping.Affirmed}})
		if err != nil {
			return err
		}
	}
	done()
	return sheet.Document().WriteXLSX(file)
}

// resetPeak and peak measure the process's resident memory, the engine's
// included; Linux only, 0 elsewhere.
func resetPeak() { _ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) }

func peak() (bytesUsed int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0
	}
	for line := range bytes.Lines(status) {
		if n, ok := bytes.CutPrefix(line, []byte("VmHWM:")); ok {
			kb, _ := strconv.ParseInt(
				string(bytes.TrimSpace(bytes.TrimSuffix(bytes.TrimSpace(n), []byte("kB")))),
				10,
				64,
			)
			return kb << 10
		}
	}
	return 0
}
