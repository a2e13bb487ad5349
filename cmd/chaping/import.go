package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/importer"
)

type importOptions struct {
	profile              string
	reading              app.Reading
	dayOrder, exportedAt string
	dryRun               bool
	saveAs, template     string
	charset              string
	products             string
	rejects              string
	facts                importer.Facts
	json                 bool
}

func (p *program) importCommand() *cobra.Command {
	var o importOptions
	cmd := &cobra.Command{
		Use: "import 文件...", Short: "导入评论（ndjson、csv、xlsx，可为 .gz）",
		Long: "按导入模板把导出的评论文件读入数据目录。同一文件可反复导入，结果不变。\n" +
			"评论里没有的商品信息，依次取自：文件中的列、--products 商品表、命令行参数。\n" +
			"只写 --products 而不写评论文件，就只导入商品表。\n" +
			"自带模板：" + strings.Join(configs.Names("import"), "、") + "；自定义模板写成 YAML 文件，用 --profile 文件.yaml 指定。",
		Example: "  chaping import --profile jd --keyword 洗衣机 --shop 海尔京东自营旗舰店 comments.ndjson.gz\n  chaping import 评论.xlsx --products 商品.xlsx",
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.template != "" && len(args) > 0:
				return usage("--template 只写表样，不能同时导入文件")
			case o.template == "" && len(args) == 0 && o.products == "":
				return usage("没有写要导入的文件")
			case o.template == "" && len(args) == 0:
				return o.tableOnly()
			case o.saveAs != "" && len(args) != 1:
				return usage("--save-as 一次只能用一个文件")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return p.runImport(cmd.Context(), o, args) },
	}
	f := cmd.Flags()
	f.StringVar(&o.profile, "profile", "", "导入模板：模板名，或 YAML 文件路径；不写为自动识别各列")
	f.BoolVar(&o.dryRun, "dry-run", false, "只看各列怎么理解，不导入")
	f.StringToStringVar(&o.reading.Map, "map", nil, "字段=列名，可写多次；列名为空表示没有这一栏")
	f.StringVar(&o.saveAs, "save-as", "", "把对各列的理解存成模板，以后同样的列自动使用")
	f.StringVar(&o.template, "template", "", "写一个空的 xlsx 表样到这个文件，不导入")
	f.Float64Var(&o.reading.Scale, "scale", 0, "评分的满分，例如 10；好评、中评、差评的代号 3、2、1 写 3；不写由程序看出")
	f.BoolVar(&o.reading.Reversed, "reversed", false, "评分越低越好；代号 1 是好评、3 是差评写 --scale 3 --reversed")
	f.StringVar(&o.dayOrder, "day-order", "", "05/11/2026、26-11-05 这样的日期：day-first 日在前，month-first 月在前，year-first 年在前")
	f.StringVar(&o.exportedAt, "exported-at", "", "文件导出的时间，例如 2026-11-25 10:00，用来推算“3天前”")
	f.BoolVar(&o.reading.FillDown, "fill-down", false, "商品各栏空着时取上一行的（合并单元格丢失的表）")
	f.BoolVar(&o.reading.ShopFromTable, "shop-from-sheet", false, "工作表的名称是店铺名称")
	f.BoolVar(&o.reading.ProductFromTable, "product-from-sheet", false, "工作表的名称是商品名称")
	f.BoolVar(&o.reading.SkipVoid, "skip-void", false, "表里自己标明作废（已删除、隐藏、无效）的行不计入")
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
	cmd.AddCommand(p.importUndoCommand())
	return cmd
}

func (p *program) runImport(ctx context.Context, o importOptions, files []string) error {
	if o.template != "" {
		return p.writeTemplate(o.template)
	}
	reading, err := o.read()
	if err != nil {
		return err
	}
	r := app.ImportRequest{Profile: o.profile, Charset: o.charset, Facts: o.facts, Reading: reading}
	if o.dryRun || o.saveAs != "" {
		if err := p.inspect(ctx, r, o, files); err != nil || o.dryRun {
			return err
		}
	}
	if o.products != "" {
		if r.Products, err = app.LoadProducts(ctx, o.products, "", nil); err != nil {
			return err
		}
		for _, e := range r.Products.Problems {
			p.warn(e)
		}
	}
	if len(files) == 0 {
		return p.importTable(ctx, r, o)
	}
	rejects, err := p.openRejects(o.rejects)
	if err != nil {
		return err
	}
	defer rejects.close()
	r.Problem = func(e *chaping.InputError) {
		called := *e // as people call it, not as a profile does
		called.Field = cmp.Or(importer.TitleOf(e.Field), e.Field)
		rejects.add(&called)
	}
	var results []app.ImportResult
	var refused int64
	for _, file := range files {
		r.File = file
		bar := p.startProgress("导入")
		result, err := p.app.Import(ctx, r, bar.watch)
		bar.finish()
		p.printResumed(result)
		if err != nil {
			return err
		}
		refused += result.Refused
		results = append(results, result)
		if !o.json {
			p.printImport(result)
		}
	}
	if o.json {
		if err := p.printJSON(results); err != nil {
			return err
		}
	}
	if err := rejects.close(); err != nil {
		return err
	}
	if refused > 0 {
		return &chaping.Error{
			Code:    chaping.CodePartial,
			Message: fmt.Sprintf("有 %d 行被拒收，其余已导入", refused),
			Remedy:  "按上面的说明改正后重新导入同一文件，已导入的不会重复",
		}
	}
	return nil
}

// tableOnly refuses what only a file of reviews can have.
func (o *importOptions) tableOnly() error {
	if o.dryRun || o.saveAs != "" || o.rejects != "" || o.charset != "" || o.dayOrder != "" || o.exportedAt != "" ||
		len(o.reading.Map) > 0 || o.reading.Scale != 0 || o.reading.Reversed || o.reading.FillDown ||
		o.reading.ShopFromTable || o.reading.SkipVoid || o.reading.ProductFromTable || o.facts.ProductID != "" || o.facts.Product != "" || o.facts.URL != "" ||
		o.facts.Price != "" {
		return usage("只导入商品表时，没有关于评论文件的选项")
	}
	return nil
}

// importTable imports a product table that comes without reviews.
func (p *program) importTable(ctx context.Context, r app.ImportRequest, o importOptions) error {
	bar := p.startProgress("导入商品")
	r.File = o.products
	result, err := p.app.ImportProducts(ctx, r, bar.watch)
	bar.finish()
	if err != nil {
		return err
	}
	if o.json {
		if err := p.printJSON([]app.ImportResult{result}); err != nil {
			return err
		}
	} else {
		p.printImport(result)
	}
	if result.Refused > 0 {
		return &chaping.Error{Code: chaping.CodePartial, Message: fmt.Sprintf("有 %d 行被拒收，其余已导入", result.Refused),
			Remedy: "按上面的说明改正后重新导入同一文件，已导入的不会重复"}
	}
	return nil
}

func (p *program) printResumed(r app.ImportResult) {
	switch {
	case r.After > 0:
		fmt.Fprintf(p.err, "%s：上次导入中断于第 %d 行，从下一行继续；以下只计继续的部分\n", r.File, r.After)
	case r.Restarted:
		fmt.Fprintf(p.err, "%s：上次导入中断后，数据库里的评论被清除过，从头导入\n", r.File)
	}
}

func (p *program) printImport(s app.ImportResult) {
	fmt.Fprintln(p.out, strings.Join(s.Lines(), "\n  "))
	switch {
	case s.NoKey > 0 && s.Listed != nil:
		fmt.Fprintf(p.out, "  注意：%d 件商品没有商品关键词，报送表“关键词”一栏将为空；可用 --keyword 或在商品表里补上后重新导入\n", s.NoKey)
	case s.NoKey > 0:
		fmt.Fprintf(p.out, "  注意：%d 行的商品没有商品关键词，报送表“关键词”一栏将为空；可用 --keyword 或在商品表（--products）里补上后重新导入\n", s.NoKey)
	}
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
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "写不了 --rejects 文件",
			Err:     err,
			Remedy:  "换一个可写的路径",
		}
	}
	r.file = f
	return r, nil
}

func (r *rejects) add(e *chaping.InputError) {
	switch {
	case r.shown < maxShown:
		r.p.warn(e)
	case r.shown == maxShown:
		fmt.Fprintln(r.p.err, "……其余不再逐行显示；用 --rejects 文件 可写出全部")
	}
	r.shown++
	if r.file != nil && r.err == nil {
		_, r.err = fmt.Fprintln(r.file, chaping.Explain(e, wordAdvice))
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
