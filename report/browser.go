package report

import (
	"context"
	"errors"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"chaping"
	installed "chaping/ingest/browser"
)

// A Browser prints documents as PDF. It is a headless Chromium that runs
// until Close; printing with one that runs takes a tenth of starting one.
type Browser struct {
	ctx   context.Context
	close []func()
	dir   string // pages to print
	// idle holds tabs to print in again: a new tab is a new process that
	// loads all fonts anew, which takes most of the time of a small sheet.
	idle chan context.Context
}

// maxIdle bounds the tabs that are kept.
const maxIdle = 4

// printTimeout bounds the printing of one document.
const printTimeout = 5 * time.Minute

// FindBrowser is the path of the browser: what the environment variable
// CHAPING_BROWSER names, or the first of the usual ones in PATH. Without one
// it is a *chaping.Error with CodeEnvironment.
func FindBrowser() (string, error) {
	if path := installed.Find(); path != "" {
		return path, nil
	}
	return "", &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "没有找到可用来生成 PDF 的浏览器",
		Remedy:  "安装 chromium 或 Chrome，或用环境变量 CHAPING_BROWSER 写明路径；也可以用 Word、WPS 打开 docx 另存为 PDF",
	}
}

// OpenBrowser starts the browser. Pages run without scripts and without
// network; the sandbox is on unless the program runs as root, where Chromium
// has none.
func OpenBrowser(ctx context.Context) (*Browser, error) {
	path, err := FindBrowser()
	if err != nil {
		return nil, err
	}
	b := &Browser{idle: make(chan context.Context, maxIdle)}
	if b.dir, err = os.MkdirTemp("", "chaping-print-*"); err != nil {
		return nil, cannotWrite(os.TempDir(), err)
	}
	b.close = append(b.close, func() { os.RemoveAll(b.dir) })
	options := append(
		chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path),
		chromedp.UserDataDir(filepath.Join(b.dir, "profile")),
		chromedp.Flag(
			"disable-extensions",
			true,
		),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND"),
		chromedp.Flag("disable-gpu", true),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocator, cancel := chromedp.NewExecAllocator(ctx, options...)
	b.close = append(b.close, cancel)
	b.ctx, cancel = chromedp.NewContext(allocator, chromedp.WithErrorf(func(string, ...any) {}))
	b.close = append(b.close, cancel)
	if err := chromedp.Do(b.ctx); err != nil {
		b.Close()
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "浏览器 " + path + " 启动不了",
			Err:     err,
			Remedy:  "试着在命令行运行它；用环境变量 CHAPING_BROWSER 换一个",
		}
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

// tab is an idle tab or a new one. done takes it back, or closes it when it
// cannot be trusted any more.
func (b *Browser) tab() (tab context.Context, done func(good bool), err error) {
	select {
	case tab = <-b.idle:
	default:
		tab, _ = chromedp.NewContext(b.ctx) // ended by done, or with the browser
		// A tab lives as long as the context that it is first used with.
		if err := chromedp.Do(tab); err != nil {
			return nil, nil, &chaping.Error{
				Code:    chaping.CodeEnvironment,
				Message: "浏览器没有反应，PDF 没有生成",
				Err:     err,
				Remedy:  "其他格式不受影响；重试，或用环境变量 CHAPING_BROWSER 换一个浏览器",
			}
		}
	}
	return tab, func(good bool) {
		if good {
			select {
			case b.idle <- tab:
				return
			default:
			}
		}
		_ = chromedp.Cancel(tab)
	}, nil
}

// WritePDF prints the document's first section. It is safe for concurrent use.
func (b *Browser) WritePDF(ctx context.Context, d *Document, path string) error {
	return b.PrintHTML(ctx, d.HTML, path)
}

// PrintHTML prints an HTML document that needs no other file.
func (b *Browser) PrintHTML(ctx context.Context, write func(io.Writer) error, path string) (err error) {
	f, err := os.CreateTemp(b.dir, "*.html")
	if err != nil {
		return cannotWrite(path, err)
	}
	defer os.Remove(f.Name())
	if err := errors.Join(write(f), f.Close()); err != nil {
		return cannotWrite(path, err)
	}
	tab, done, err := b.tab()
	if err != nil {
		return err
	}
	defer func() { done(err == nil) }()
	bounded, stop := context.WithTimeout(tab, printTimeout)
	defer stop()
	defer context.AfterFunc(ctx, stop)()
	yes, no := true, false
	var pdf []byte
	if err = chromedp.Do(bounded, chromedp.Navigate((&url.URL{Scheme: "file", Path: f.Name()}).String())); err == nil {
		pdf, err = chromedp.Run(bounded, func(ctx context.Context, t *chromedp.Target) ([]byte, error) {
			result, err := cdp.Call(
				ctx,
				t,
				page.PrintToPDF,
				page.PrintToPDFParams{PreferCSSPageSize: &yes, PrintBackground: &yes, GenerateTaggedPDF: &no},
			)
			return result.Data, err
		})
	}
	if err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "PDF 没有生成：" + path,
			Err:     err,
			Remedy:  "其他格式不受影响；可以用 Word、WPS 打开 docx 另存为 PDF，或重试",
		}
	}
	return WriteFile(path, func(w io.Writer) error {
		_, err := w.Write(pdf)
		return err
	})
}
