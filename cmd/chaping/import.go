package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/importer"
	"chaping/nlp/polarity"
	"chaping/store"
)

type importOptions struct {
	profile  string
	charset  string
	products string
	rejects  string
	facts    importer.Facts
	json     bool
}

func (p *program) importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import 文件...", Short: "导入评论（ndjson、csv、xlsx，可为 .gz）",
		Long: "按导入模板把导出的评论文件读入数据目录。同一文件可反复导入，结果不变。\n" +
			"评论里没有的商品信息，依次取自：文件中的列、--products 商品表、命令行参数。\n" +
			"自带模板：" + strings.Join(configs.Names("import"), "、") + "；自定义模板写成 YAML 文件，用 --profile 文件.yaml 指定。",
		Example: "  chaping import --profile jd --keyword 洗衣机 --shop 海尔京东自营旗舰店 comments.ndjson.gz\n  chaping import 评论.xlsx --products 商品.xlsx",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("没有写要导入的文件")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.runImport(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.profile, "profile", "standard", "导入模板：自带模板名，或 YAML 文件路径")
	f.StringVar(&o.charset, "charset", "", "字符集，覆盖模板（auto、utf-8、gbk、gb18030……）")
	f.StringVar(&o.products, "products", "", "商品表文件：按商品编号补全名称、店铺、地址、价格、区域、关键词")
	f.StringVar(&o.rejects, "rejects", "", "把被拒收的每一行及原因写到这个文件")
	f.StringVar(&o.facts.Keyword, "keyword", "", "商品关键词")
	f.StringVar(&o.facts.ProductID, "product-id", "", "商品编号")
	f.StringVar(&o.facts.Product, "product", "", "商品名称")
	f.StringVar(&o.facts.Shop, "shop", "", "店铺名称")
	f.StringVar(&o.facts.URL, "url", "", "商品地址")
	f.StringVar(&o.facts.Price, "price", "", "商品价格（元）")
	f.StringVar(&o.facts.Region, "region", "", "公司所在区域（营业执照）")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出汇总")
	return cmd
}

// imported is what the summary of one file says.
type imported struct {
	importer.Summary
	Distinct uint64 `json:"distinct"` // distinct reviews among the accepted rows
	Repeated int64  `json:"repeated"` // accepted rows whose ID came before
	New      uint64 `json:"new"`      // reviews that the store did not have; at most, if others write meanwhile
	Run      string `json:"run"`
	After    int    `json:"resumed_after_line,omitempty"` // an interrupted import had kept the rows up to this line
}

func (p *program) runImport(ctx context.Context, o importOptions, files []string) error {
	profile, err := loadImportProfile(o.profile)
	if err != nil {
		return err
	}
	if o.charset != "" {
		if err := profile.SetCharset(o.charset); err != nil {
			return err
		}
	}
	var products map[string]importer.Facts
	if o.products != "" {
		standard, err := loadImportProfile("standard")
		if err != nil {
			return err
		}
		var problems []*chaping.InputError
		if products, problems, err = importer.LoadProducts(ctx, o.products, standard); err != nil {
			return err
		}
		for _, e := range problems {
			fmt.Fprintln(p.err, e)
		}
	}
	rejects, err := p.openRejects(o.rejects)
	if err != nil {
		return err
	}
	defer rejects.close()
	text, err := polarity.Shipped()
	if err != nil {
		return err
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return err
	}

	var sums []imported
	var refused int64
	for _, file := range files {
		sum, err := p.importFile(ctx, s, file, importer.Options{Profile: profile, Products: products, Facts: o.facts, GradeText: text.GradeReview}, rejects)
		if err != nil {
			return err
		}
		refused += sum.Refused
		sums = append(sums, sum)
		if !o.json {
			p.printImport(sum, profile)
		}
	}
	if o.json {
		if err := p.printJSON(sums); err != nil {
			return err
		}
	}
	if err := rejects.close(); err != nil {
		return err
	}
	if refused > 0 {
		return &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已导入", refused), Remedy: "按上面的说明改正后重新导入同一文件，已导入的不会重复"}
	}
	return nil
}

func (p *program) importFile(ctx context.Context, s *store.Store, file string, o importer.Options, rejects *rejects) (imported, error) {
	now := p.now()
	runID := "import-" + now.UTC().Format("20060102T150405.000000000")
	before, err := s.ReviewCount(ctx)
	if err != nil {
		return imported{}, err
	}
	var size int64
	if info, err := os.Stat(file); err == nil {
		size = info.Size()
	}
	mark, err := p.importMark(ctx, s, file, o)
	if err != nil {
		return imported{}, err
	}
	if o.After = int(mark.Counts["line"]); o.After > 0 {
		fmt.Fprintf(p.err, "%s：上次导入中断于第 %d 行，从下一行继续；以下只计继续的部分\n", file, o.After)
	}
	mark.Started = now
	sink, err := p.app.Spool(ctx)
	if err != nil {
		return imported{}, err
	}
	defer sink.Close()
	o.Kept = func(line int) error {
		if sink.Waiting() { // the mark is in the database: it must not be ahead of the reviews
			return nil
		}
		mark.Counts = map[string]uint64{"line": uint64(line)}
		if err := s.PutRun(ctx, mark); !store.Away(err) {
			return err
		}
		return nil
	}
	bar := p.startProgress("导入", size)
	o.Sink, o.Run, o.Now, o.Problem = sink, runID, now, rejects.add
	o.Progress = func(read, rows int64) { bar.show(read, size, fmt.Sprintf("%d 行", rows)) }
	sum, err := importer.Import(ctx, file, o)
	bar.finish()
	if err == nil {
		err = app.Emptied(ctx, sink)
	}
	if store.Away(err) { // nor can it be recorded
		return imported{}, err
	}
	record := store.Run{ID: runID, Stage: "import", Started: now, Finished: p.now(), Counts: map[string]uint64{
		"rows": uint64(sum.Rows), "accepted": uint64(sum.Accepted), "refused": uint64(sum.Refused)}}
	if sum.Accepted > 0 {
		record.State = store.Dates(sum.First, sum.Last)
	}
	if err != nil {
		record.Error = err.Error()
	}
	if err := errors.Join(err, s.PutRun(context.WithoutCancel(ctx), record)); err != nil {
		return imported{}, err
	}
	mark.Finished, mark.Counts = p.now(), nil // from the beginning, if it is imported again
	if err := s.PutRun(ctx, mark); err != nil {
		return imported{}, err
	}
	distinct, err := s.CountRun(ctx, runID)
	if err != nil {
		return imported{}, err
	}
	after, err := s.ReviewCount(ctx)
	if err != nil {
		return imported{}, err
	}
	return imported{Summary: sum, Run: runID, After: o.After, Distinct: distinct, Repeated: sum.Accepted - int64(distinct), New: min(after-before, distinct)}, nil
}

// stageFile is the stage of the records that say how far a file was imported.
const stageFile = "import-file"

// importMark is the record of how far a file was imported with these options.
// It is found by the file's content, not its name: a corrected file is another
// one, and begins anew.
func (p *program) importMark(ctx context.Context, s *store.Store, file string, o importer.Options) (store.Run, error) {
	f, err := os.Open(file)
	if err != nil {
		return store.Run{}, &chaping.Error{Code: chaping.CodeInput, Message: "打不开要导入的文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	h := sha256.New()
	if err := json.NewEncoder(h).Encode(struct {
		Profile  *importer.Profile
		Facts    importer.Facts
		Products map[string]importer.Facts
	}{o.Profile, o.Facts, o.Products}); err != nil {
		return store.Run{}, err
	}
	if _, err := io.Copy(h, f); err != nil {
		return store.Run{}, &chaping.Error{Code: chaping.CodeInput, Message: "读不出要导入的文件 " + file, Err: err, Remedy: "检查文件和磁盘"}
	}
	mark := store.Run{ID: fmt.Sprintf("%s-%x", stageFile, h.Sum(nil)[:16]), Stage: stageFile}
	list, err := s.Runs(ctx, store.RunFilter{ID: mark.ID, Limit: 1})
	if err != nil || len(list) == 0 || list[0].Done() {
		return mark, err
	}
	removed, err := s.RemovedSince(ctx, list[0])
	if removed {
		fmt.Fprintf(p.err, "%s：上次导入中断后，数据库里的评论被清除过，从头导入\n", file)
		return mark, err
	}
	mark.Counts = list[0].Counts
	return mark, err
}

func (p *program) printImport(s imported, profile *importer.Profile) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s：读到 %d 行，采用 %d 行，拒收 %d 行；不同的评论 %d 条（重复编号 %d 行），其中新入库 %d 条\n",
		s.File, s.Rows, s.Accepted, s.Refused, s.Distinct, s.Repeated, s.New)
	if s.Accepted > 0 {
		day := func(t time.Time) string { return t.In(chaping.Shanghai()).Format(time.DateOnly) }
		fmt.Fprintf(&b, "  商品 %d 件；评论时间 %s 至 %s；默认评论 %d 行\n", s.Products, day(s.First), day(s.Last), s.Defaults)
		fmt.Fprintf(&b, "  差评 %d 行、中评 %d 行、好评 %d 行、未评级 %d 行（规则 %s）\n", s.Grades["negative"], s.Grades["neutral"], s.Grades["positive"], s.Grades["unrated"], profile.Rating.Version)
	}
	if s.ByText > 0 {
		fmt.Fprintf(&b, "  其中没有评分、由文本模型按正文评级的 %d 行\n", s.ByText)
	}
	if s.Damaged > 0 {
		fmt.Fprintf(&b, "  %d 行有字节不合字符集，已用“\uFFFD”代替后保留\n", s.Damaged)
	}
	for _, reason := range slices.SortedFunc(maps.Keys(s.Reasons), func(a, b string) int { return int(s.Reasons[b] - s.Reasons[a]) }) {
		fmt.Fprintf(&b, "  原因：%s —— %d 行\n", reason, s.Reasons[reason])
	}
	if s.NoKey > 0 {
		fmt.Fprintf(&b, "  注意：%d 行的商品没有商品关键词，报送表“关键词”一栏将为空；可用 --keyword 或 --products 补上后重新导入\n", s.NoKey)
	}
	fmt.Fprint(p.out, b.String())
}

// loadImportProfile reads a shipped profile by name, or a file.
func loadImportProfile(name string) (*importer.Profile, error) {
	if data, err := configs.Files.ReadFile("import/" + name + ".yaml"); err == nil {
		return importer.LoadProfile(name+".yaml", bytes.NewReader(data))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "没有这个导入模板：" + name, Remedy: "用自带模板（" + strings.Join(configs.Names("import"), "、") + "）或写对 YAML 文件的路径"}
	}
	defer f.Close()
	return importer.LoadProfile(name, f)
}

// rejects shows the first refused rows and, where asked, writes all of them
// to a file.
type rejects struct {
	p     *program
	file  *os.File
	shown int
	err   error
}

const maxShown = 20

func (p *program) openRejects(path string) (*rejects, error) {
	r := &rejects{p: p}
	if path == "" {
		return r, nil
	}
	f, err := os.Create(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "写不了 --rejects 文件", Err: err, Remedy: "换一个可写的路径"}
	}
	r.file = f
	return r, nil
}

func (r *rejects) add(e *chaping.InputError) {
	switch {
	case r.shown < maxShown:
		fmt.Fprintln(r.p.err, e)
	case r.shown == maxShown:
		fmt.Fprintln(r.p.err, "……其余不再逐行显示；用 --rejects 文件 可写出全部")
	}
	r.shown++
	if r.file != nil && r.err == nil {
		_, r.err = fmt.Fprintln(r.file, e)
	}
}

// close is safe to call twice.
func (r *rejects) close() error {
	if r.file == nil {
		return nil
	}
	err := r.err
	if cerr := r.file.Close(); err == nil {
		err = cerr
	}
	r.file = nil
	if err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "--rejects 文件没有写完整", Err: err, Remedy: "检查磁盘空间"}
	}
	return nil
}
