package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	cdppage "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
	"github.com/spf13/cobra"

	"chaping"
	"chaping/docs/guide"
	"chaping/ingest/browser"
	"chaping/report"
)

// printTimeout bounds the printing of the guide.
const printTimeout = 5 * time.Minute

func (p *program) guideCommand() *cobra.Command {
	var pdf, html string
	cmd := &cobra.Command{
		Use: "guide", Short: "把使用手册写成一个 PDF 或网页文件",
		Long:    "使用手册与门户里的“帮助”相同，写成一个可以打印、分发的文件。PDF 由 chromium 或 Chrome 生成（环境变量 CHAPING_BROWSER 可指定）。",
		Example: "  chaping guide --pdf 使用手册.pdf\n  chaping guide --html 使用手册.html",
		Args:    noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if pdf == "" && html == "" {
				return usage("用 --pdf 或 --html 写明文件")
			}
			return p.runGuide(cmd.Context(), pdf, html)
		},
	}
	cmd.Flags().StringVar(&pdf, "pdf", "", "写成 PDF 的文件")
	cmd.Flags().StringVar(&html, "html", "", "写成网页的文件，图片在里面")
	return cmd
}

func (p *program) runGuide(ctx context.Context, pdf, html string) error {
	if html != "" {
		if err := report.WriteFile(html, guide.WriteDocument); err != nil {
			return err
		}
		fmt.Fprintln(p.out, html)
	}
	if pdf == "" {
		return nil
	}
	if err := printGuide(ctx, pdf); err != nil {
		return err
	}
	fmt.Fprintln(p.out, pdf)
	return nil
}

// printGuide has a browser print the guide: it is a page of HTML with pictures,
// not a form. The page runs without scripts and without network; the sandbox
// is on unless the program runs as root, where Chromium has none.
func printGuide(ctx context.Context, path string) error {
	installed := browser.Find()
	if installed == "" {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "没有找到可用来生成 PDF 的浏览器",
			Remedy:  "安装 chromium 或 Chrome，或用环境变量 CHAPING_BROWSER 写明路径；也可以用 --html 写成网页，再用浏览器打印",
		}
	}
	dir, err := os.MkdirTemp("", "chaping-print-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	page := filepath.Join(dir, "guide.html")
	if err := report.WriteFile(page, guide.WriteDocument); err != nil {
		return err
	}
	options := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(installed),
		chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.Flag("disable-extensions", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
		chromedp.Flag("disable-gpu", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, stop := context.WithTimeout(ctx, printTimeout)
	defer stop()
	allocator, cancel := chromedp.NewExecAllocator(ctx, options...)
	defer cancel()
	tab, cancel := chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	defer cancel()
	var printed []byte
	err = chromedp.Do(tab, chromedp.Navigate((&url.URL{Scheme: "file", Path: page}).String()))
	if err == nil {
		printed, err = chromedp.Run(tab, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
			yes, no := true, false
			result, err := cdp.Call(
				ctx,
				t,
				cdppage.PrintToPDF,
				cdppage.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes, GenerateTaggedPDF: &no},
			)
			return result.Data, err
		})
	}
	if err != nil {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "浏览器 " + installed + " 没有生成 PDF",
			Err:     err,
			Remedy:  "试着在命令行运行它；用环境变量 CHAPING_BROWSER 换一个，或用 --html 写成网页再打印",
		}
	}
	return report.WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(printed)
		return err
	})
}
