package report

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"chaping"
)

// A Browser prints documents as PDF. It is a headless Chromium that runs
// until Close; printing with one that runs takes a tenth of starting one.
type Browser struct {
	ctx   context.Context
	close []func()
	dir   string // pages to print
}

// browserNames are the programs that can print, the first found to be used.
var browserNames = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge", "microsoft-edge"}

// printTimeout bounds the printing of one document.
const printTimeout = 5 * time.Minute

// FindBrowser is the path of the browser: what the environment variable
// CHAPING_BROWSER names, or the first of the usual ones in PATH. Without one
// it is a *chaping.Error with CodeEnvironment.
func FindBrowser() (string, error) {
	names := browserNames
	if name := os.Getenv("CHAPING_BROWSER"); name != "" {
		names = []string{name}
	}
	for _, name := range names {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", &chaping.Error{Code: chaping.CodeEnvironment, Message: "没有找到可用来生成 PDF 的浏览器", Remedy: "安装 chromium 或 Chrome，或用环境变量 CHAPING_BROWSER 写明路径；也可以用 Word、WPS 打开 docx 另存为 PDF"}
}

// OpenBrowser starts the browser. Pages run without scripts and without
// network; the sandbox is on unless the program runs as root, where Chromium
// has none.
func OpenBrowser(ctx context.Context) (*Browser, error) {
	path, err := FindBrowser()
	if err != nil {
		return nil, err
	}
	b := &Browser{}
	if b.dir, err = os.MkdirTemp("", "chaping-print-*"); err != nil {
		return nil, cannotWrite(os.TempDir(), err)
	}
	b.close = append(b.close, func() { os.RemoveAll(b.dir) })
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(filepath.Join(b.dir, "profile")),
		chromedp.Flag("disable-extensions", true), chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"), chromedp.Flag("disable-gpu", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(ctx, options...)
	b.close = append(b.close, cancel)
	b.ctx, cancel = chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	b.close = append(b.close, cancel)
	if err := chromedp.Do(b.ctx); err != nil {
		b.Close()
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "浏览器 " + path + " 启动不了", Err: err, Remedy: "试着在命令行运行它；用环境变量 CHAPING_BROWSER 换一个"}
	}
	return b, nil
}

// Close ends the browser and removes what it was given. It may be called twice.
func (b *Browser) Close() {
	for i := len(b.close) - 1; i >= 0; i-- {
		b.close[i]()
	}
	b.close = nil
}

// WritePDF prints the document's first section. It is safe for concurrent use.
func (b *Browser) WritePDF(ctx context.Context, d *Document, path string) (err error) {
	f, err := os.CreateTemp(b.dir, "*.html")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(d.HTML(f), f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	tab, cancel := chromedp.NewContext(b.ctx)
	defer cancel()
	tab, stop := context.WithTimeout(tab, printTimeout)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	yes := true
	var pdf []byte
	if err = chromedp.Do(tab, chromedp.Navigate((&url.URL{Scheme: "file", Path: f.Name()}).String())); err == nil {
		pdf, err = chromedp.Run(tab, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
			result, err := cdp.Call(ctx, t, page.PrintToPDF, page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes})
			return result.Data, err
		})
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "PDF 没有生成：" + path, Err: err, Remedy: "其他格式不受影响；可以用 Word、WPS 打开 docx 另存为 PDF，或重试"}
	}
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(pdf)
		return err
	})
}
