package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/crawler"
)

func (p *program) siteCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "site", Short: "检查、试用站点配置",
		Long: "站点配置是 YAML 文件，说明一个站点的搜索、商品、店铺、评论页在哪里、怎么读。\n" +
			"不用从头写：extends: 自带配置名，只写不同的几行；从没有见过的页面先用 chaping site try 试读。\n" +
			"编辑器可用 configs/site.schema.json 补全和检查。",
	}
	list := &cobra.Command{
		Use: "list", Short: "列出自带的站点配置", Args: noArgs,
		RunE: func(*cobra.Command, []string) error { return p.listSites() },
	}
	check := &cobra.Command{
		Use: "check 文件...", Short: "检查站点配置，指出每一处错误的行号",
		RunE: func(_ *cobra.Command, args []string) error { return p.checkSites(args) },
	}
	var site, body string
	var asJSON bool
	try := &cobra.Command{
		Use: "try 网址", Short: "取一页，看站点配置读出什么；不写配置则拟一份",
		Long: "按站点配置的规矩（robots.txt、频率、大小限制）取一页，不存任何数据。\n" +
			"逐步、逐字段列出读到的内容，读不到的标 ✗。网址不在配置的站点内时，以网址的站点为准。\n\n" +
			"不写 --site 时，从这一页拟出一份站点配置：找 JSON-LD、微数据、页面脚本中的数据、JSON 接口、重复出现的日期和星级，\n" +
			"再试读几页（最多 8 页），找按关键词搜索的网址。网址写一件有评论的商品，或一个商品列表。\n" +
			"配置打印在标准输出，没有找到、需要核对的打印在标准错误。",
		Example: "  chaping site try https://shop.example.com/item/1.html --site schema-org\n" +
			"  chaping site try https://shop.example.com/item/1.html > myshop.yaml",
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case len(args) != 1:
				return usage("要写一个网址")
			case site == "" && body != "":
				return usage("--post 要和 --site 一起写")
			case site == "":
				return p.proposeSite(cmd.Context(), args[0], asJSON)
			}
			return p.trySite(cmd.Context(), args[0], body, site, asJSON)
		},
	}
	try.Flags().StringVar(&site, "site", "", "站点配置：自带配置名，或 YAML 文件路径；不写则拟一份")
	try.Flags().StringVar(&body, "post", "", "发给网址的请求体（JSON 或 a=1&b=2），试读用 POST 取的列表")
	try.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	for _, c := range []*cobra.Command{list, check, try} {
		c.Flags().BoolP("help", "h", false, "查看帮助")
		cmd.AddCommand(c)
	}
	return cmd
}

func (p *program) listSites() error {
	for _, name := range configs.Names("sites") {
		profile, err := p.app.SiteProfile(name)
		if err != nil {
			return err
		}
		note := ""
		if profile.NeedsLeave {
			note = "  须有平台的书面授权（authorized_by）"
		}
		fmt.Fprintf(p.out, "%-12s %s  %s%s\n", name, profile.Platform.Name, profile.Base, note)
	}
	return nil
}

func (p *program) checkSites(files []string) error {
	if len(files) == 0 {
		return usage("没有写要检查的文件")
	}
	bad := 0
	for _, file := range files {
		profile, err := p.app.SiteProfile(file)
		if err == nil {
			fmt.Fprintf(p.out, "✓ %s：%s（%s）\n", file, profile.Platform.Name, profile.Base)
			for _, caution := range profile.Cautions() {
				fmt.Fprintf(p.out, "  注意  %s\n", caution)
			}
			continue
		}
		bad++
		list := app.Faults(err)
		fmt.Fprintf(p.out, "✗ %s：%d 处错误\n", file, len(list))
		for _, e := range list {
			fmt.Fprintf(p.out, "  %s\n", chaping.Explain(e, wordAdvice))
		}
	}
	if bad > 0 {
		return &chaping.Error{Code: chaping.CodeInput, Message: fmt.Sprintf("%d 个站点配置有错", bad), Remedy: "按上面的说明改正"}
	}
	return nil
}

func (p *program) trySite(ctx context.Context, address, body, site string, asJSON bool) error {
	t, err := p.app.TrySite(ctx, site, address, body)
	if err != nil {
		return err
	}
	fits := 0
	for i := range t.Steps {
		if t.Steps[i].Fits() {
			fits++
		}
	}
	if asJSON {
		err = p.printJSON(t)
	} else {
		p.printTrial(t)
	}
	if err == nil && fits == 0 {
		err = &chaping.Error{Code: chaping.CodeInput, Message: "这一页不合站点配置的任何一步", Remedy: "对照上面的 ✗ 修改站点配置的选择器或路径"}
	}
	return err
}

func (p *program) printTrial(t crawler.Trial) {
	fmt.Fprintf(p.out, "%s（%d 字节）\n", t.URL, t.Bytes)
	for i := range t.Steps {
		s := &t.Steps[i]
		verdict := "✗ 不像这一步的页面"
		if s.Fits() {
			verdict = "✓ 读得出"
		}
		fmt.Fprintf(p.out, "\n%s：%s", s.Step, verdict)
		switch {
		case s.Error != "":
			fmt.Fprintf(p.out, "：%s\n", s.Error)
			continue
		case s.List:
			fmt.Fprintf(p.out, "，%d 条\n", s.Items)
		default:
			fmt.Fprintln(p.out)
		}
		for _, f := range s.Fields {
			mark, found := "✓", ""
			if f.Found == 0 {
				mark = "✗"
			}
			if s.List && s.Items > 0 && f.Found > 0 {
				found = fmt.Sprintf("（%d 条有）", f.Found)
			}
			note := ""
			if f.Fault != "" {
				note = "  " + f.Fault
			}
			if f.Needed && f.Found == 0 {
				note += "  必需"
			}
			fmt.Fprintf(p.out, "  %s %s%s：%s%s\n", mark, f.Field, found, f.Value, note)
		}
	}
}

// proposeSite prints a site profile made from the page, and what it lacks.
// Whoever writes a private address on the command line means it.
func (p *program) proposeSite(ctx context.Context, address string, asJSON bool) error {
	draft, err := p.app.ProposeSite(ctx, address, true)
	if err != nil {
		return err
	}
	if asJSON {
		err = p.printJSON(draft)
	} else {
		fmt.Fprint(p.out, draft.Profile)
		p.printDraft(draft)
	}
	if err == nil && draft.Reviews == 0 {
		err = &chaping.Error{Code: chaping.CodeInput, Message: "没有在页面上找到评论", Remedy: "换一件有评论的商品再试；评论由接口另给的，按配置中的注释补上"}
	}
	return err
}

func (p *program) printDraft(d crawler.Draft) {
	if d.Reviews > 0 {
		fmt.Fprintf(p.err, "评论 %d 条，在%s\n", d.Reviews, d.Found())
	}
	if d.Products > 0 {
		tried := ""
		if d.Keyword != "" {
			tried = "，以关键词“" + d.Keyword + "”试过"
		}
		fmt.Fprintf(p.err, "商品列表：一页 %d 件%s\n", d.Products, tried)
	}
	fmt.Fprintf(p.err, "读了 %d 页\n", len(d.Asked))
	for _, lack := range d.Missing {
		fmt.Fprintf(p.err, "  需要核对  %s\n", lack.Chinese())
	}
	fmt.Fprintf(p.err, "存成文件后试读：chaping site try %s --site 文件.yaml\n", d.URL)
}
