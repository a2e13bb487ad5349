package crawler

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/url"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/configs"
	"chaping/ingest/foreign"
)

// A Profile describes a site: where its searches, products, shops and reviews
// are, how to read them and how to behave there. It is read from YAML; see
// configs/sites for the shipped ones. A Profile is not changed after it is
// loaded.
type Profile struct {
	Name         string // the file's name, which watches refer to
	Platform     chaping.Platform
	Base         *url.URL
	Hosts        []string // host patterns that may be asked besides Base's: "a.example.com", "*.example.com"
	PrivateHosts []string // hosts that may stand at a private or loopback address
	AuthorizedBy string   // who allowed to crawl the site against robots.txt, and where that is written down
	Contact      string   // told to the site in the User-Agent

	Delay        time.Duration // between two requests to a host
	Concurrency  int           // requests to a host at once
	IgnoreRobots bool

	BodyLimit    int64             // bytes of a page, decompressed
	Timeout      time.Duration     // of one request
	Attempts     int               // how often a page is tried
	RetryBase    time.Duration     // wait before the second attempt; doubles every time
	Overlap      time.Duration     // how far to read back into what an earlier run has read
	PageBudget   int64             // pages of a run; 0 means no limit
	ByteBudget   int64             // bytes of a run, decompressed; 0 means no limit
	NeedsLeave   bool              // nobody may crawl the platform without AuthorizedBy
	Headers      map[string]string // sent to Base's host; values may name environment variables: ${NAME}
	Cookies      string            // the same
	Proxy        string            // the same; empty: none
	Render       bool              // HTML pages need a browser, because scripts fill them
	Charset      string            // when the site declares a wrong one; empty: as declared
	DefaultTexts chaping.DefaultTexts
	Challenges   []challenge

	onlyBase bool // no other port of Base's host either

	search  searchStep
	product productStep
	shop    *shopStep
	reviews []reviewStep
}

// What a profile gets that does not say otherwise.
const (
	defaultDelay       = 2 * time.Second
	defaultConcurrency = 1
	defaultBodyLimit   = 8 << 20
	defaultTimeout     = 30 * time.Second
	defaultAttempts    = 4
	defaultRetryBase   = 2 * time.Second
	defaultOverlap     = 72 * time.Hour // reviews are held back for checking and show up late
	defaultPageLimit   = 100
)

// MaxProfile is how many bytes a profile may have.
const MaxProfile = 1 << 20

// A challenge is how the site asks a visitor to prove to be human.
type challenge struct {
	css  *selector
	text string
}

type searchStep struct {
	url          template
	post         template // what is sent there; nothing where the list is got
	format       format
	charset      string // of the keyword in the URL
	items        field
	empty        *field
	id           *field
	link         *field
	name         *field
	nameContains bool
	paging       paging
}

type productStep struct {
	url                               template // where the search tells no link
	format                            format
	id, name, link, price, currency   *field
	shopID, shopName, shopURL, region *field
}

type shopStep struct {
	format           format
	id, name, region *field
}

type reviewStep struct {
	link       *field // on the product page; a step whose link is not there does not apply
	url        template
	post       template // what is sent there; nothing where the list is got
	format     format
	items      field
	empty      *field
	id         *field // nil: reviews are known by their content
	published  field
	rating     *field
	text       *field
	buyer      *field // tells reviews without an ID apart; nil where the site shows none
	appended   *field
	appendedAt *field
	isDefault  *field
	pinned     *field
	pictures   *field // addresses, of all elements that fit
	videos     *field
	unordered  bool // no order of dates
	sworn      bool // the profile says that the newest come first; else that is found out
	shared     bool // the variants of a product show one list
	slices     slicing
	paging     paging
}

// paging is how one gets to the following page. Without next and pages, pages
// are counted up until one is empty.
type paging struct {
	none  bool // the list stands whole on its page
	from  int
	limit int    // pages at most; what is out of reach makes the list truncated
	next  *field // link to the next page
	pages *field // number of pages
	total *field // number of entries that the site says there are

	cursor *field // what the following page is asked for with
	start  string // and the first one
	size   int    // entries of a page, for {offset} and {size}
}

// slicing gets past a limit of pages: where the whole list is longer than the
// site shows, it is read again in parts, which together hold everything, and
// in other orders, which bring more to light but prove nothing.
type slicing struct {
	whole string
	parts []string
	views []string
}

// at is the n-th way to look at the list; 0 is the whole.
func (s slicing) at(n int) string {
	switch {
	case n == 0:
		return s.whole
	case n <= len(s.parts):
		return s.parts[n-1]
	}
	return s.views[n-1-len(s.parts)]
}

func (s slicing) count() int { return len(s.parts) + len(s.views) }

// The YAML form. Every key stands here once; unknown keys are errors.
type profileYAML struct {
	Extends  string `yaml:"extends"`
	Platform struct {
		ID   string `yaml:"id"`
		Name string `yaml:"name"`
	} `yaml:"platform"`
	Base         string   `yaml:"base"`
	Hosts        []string `yaml:"hosts"`
	PrivateHosts []string `yaml:"private_hosts"`
	AuthorizedBy string   `yaml:"authorized_by"`
	NeedsLeave   bool     `yaml:"needs_authorization"`
	Contact      string   `yaml:"contact"`
	Rating       *struct {
		Version  string `yaml:"version"`
		Max      int    `yaml:"max"`
		Negative int    `yaml:"negative"`
		Neutral  int    `yaml:"neutral"`
	} `yaml:"rating"`
	Politeness struct {
		Delay       *time.Duration `yaml:"delay"`
		Concurrency *int           `yaml:"concurrency"`
		Robots      string         `yaml:"robots"`
	} `yaml:"politeness"`
	Request struct {
		Headers map[string]string `yaml:"headers"`
		Cookies string            `yaml:"cookies"`
		Proxy   string            `yaml:"proxy"`
	} `yaml:"request"`
	Limits struct {
		Body     int64         `yaml:"body"`
		Timeout  time.Duration `yaml:"timeout"`
		Attempts int           `yaml:"attempts"`
		Retry    time.Duration `yaml:"retry"`
		Pages    int64         `yaml:"pages"`
		Bytes    int64         `yaml:"bytes"`
	} `yaml:"limits"`
	Overlap      *time.Duration  `yaml:"overlap"`
	Render       string          `yaml:"render"`
	Charset      string          `yaml:"charset"`
	DefaultTexts []string        `yaml:"default_texts"`
	Challenge    []challengeYAML `yaml:"challenge"`
	Search       *searchYAML     `yaml:"search"`
	Product      *productYAML    `yaml:"product"`
	Shop         *shopYAML       `yaml:"shop"`
	Reviews      []reviewYAML    `yaml:"reviews"`
}

type challengeYAML struct {
	CSS  string `yaml:"css"`
	Text string `yaml:"text"`
}

type searchYAML struct {
	URL     string     `yaml:"url"`
	Post    string     `yaml:"post"`
	Format  string     `yaml:"format"`
	Charset string     `yaml:"charset"`
	Items   *fieldYAML `yaml:"items"`
	Empty   *fieldYAML `yaml:"empty"`
	Fields  struct {
		ID   *fieldYAML `yaml:"id"`
		URL  *fieldYAML `yaml:"url"`
		Name *fieldYAML `yaml:"name"`
	} `yaml:"fields"`
	OnlyNamesWithKeyword bool       `yaml:"only_names_with_keyword"`
	Paging               pagingYAML `yaml:"paging"`
}

type productYAML struct {
	URL    string `yaml:"url"`
	Format string `yaml:"format"`
	Fields struct {
		ID       *fieldYAML `yaml:"id"`
		Name     *fieldYAML `yaml:"name"`
		URL      *fieldYAML `yaml:"url"`
		Price    *fieldYAML `yaml:"price"`
		Currency *fieldYAML `yaml:"currency"`
		ShopID   *fieldYAML `yaml:"shop_id"`
		ShopName *fieldYAML `yaml:"shop_name"`
		ShopURL  *fieldYAML `yaml:"shop_url"`
		Region   *fieldYAML `yaml:"region"`
	} `yaml:"fields"`
}

type shopYAML struct {
	Format string `yaml:"format"`
	Fields struct {
		ID     *fieldYAML `yaml:"id"`
		Name   *fieldYAML `yaml:"name"`
		Region *fieldYAML `yaml:"region"`
	} `yaml:"fields"`
}

type reviewYAML struct {
	Link   *fieldYAML `yaml:"link"`
	URL    string     `yaml:"url"`
	Post   string     `yaml:"post"`
	Format string     `yaml:"format"`
	Items  *fieldYAML `yaml:"items"`
	Empty  *fieldYAML `yaml:"empty"`
	Fields struct {
		ID         *fieldYAML `yaml:"id"`
		Rating     *fieldYAML `yaml:"rating"`
		Text       *fieldYAML `yaml:"text"`
		Buyer      *fieldYAML `yaml:"buyer"`
		Published  *fieldYAML `yaml:"published"`
		Appended   *fieldYAML `yaml:"appended"`
		AppendedAt *fieldYAML `yaml:"appended_at"`
		Default    *fieldYAML `yaml:"default"`
		Pinned     *fieldYAML `yaml:"pinned"`
		Pictures   *fieldYAML `yaml:"pictures"`
		Videos     *fieldYAML `yaml:"videos"`
	} `yaml:"fields"`
	Order  string      `yaml:"order"`
	Shared bool        `yaml:"shared"`
	Slices *slicesYAML `yaml:"slices"`
	Paging pagingYAML  `yaml:"paging"`
}

type slicesYAML struct {
	Whole string   `yaml:"whole"`
	Parts []string `yaml:"parts"`
	Views []string `yaml:"views"`
}

type pagingYAML struct {
	None   bool       `yaml:"none"`
	Cursor *fieldYAML `yaml:"cursor"`
	Start  string     `yaml:"start"`
	Size   int        `yaml:"size"`
	From   *int       `yaml:"from"`
	Limit  int        `yaml:"limit"`
	Next   *fieldYAML `yaml:"next"`
	Pages  *fieldYAML `yaml:"pages"`
	Total  *fieldYAML `yaml:"total"`
}

// UnmarshalYAML implements yaml.Unmarshaler. A plain none is short for
// {none: true}.
func (y *pagingYAML) UnmarshalYAML(node *yaml.Node) error {
	type plain pagingYAML
	switch {
	case node.Kind == yaml.ScalarNode && node.Value == "none":
		*y = pagingYAML{None: true} // nothing stays of what the profile extends
		return nil
	case node.Kind != yaml.MappingNode:
		return &chaping.InputError{
			Line: node.Line, Field: "paging", Value: node.Value, Problem: "翻页的写法不对",
			Remedy: "评论全在一页的写 paging: none，否则写一组配置项，例如 paging: {pages: data.pages}",
		}
	}
	keys := yamlKeys(reflect.TypeFor[pagingYAML]())
	for i := 0; i < len(node.Content); i += 2 {
		if key := node.Content[i]; !slices.Contains(keys, key.Value) {
			return &chaping.InputError{
				Line: key.Line, Field: key.Value, Problem: "没有这个配置项", Remedy: "翻页可用 " + strings.Join(keys, "、"),
			}
		}
	}
	y.None = false
	return node.Decode((*plain)(y))
}

// yamlKeys are the keys of a struct's YAML form.
func yamlKeys(t reflect.Type) (keys []string) {
	for i := range t.NumField() {
		keys = append(keys, t.Field(i).Tag.Get("yaml"))
	}
	return keys
}

// LoadProfile reads a site profile. The name is what watches call it, and
// what errors name as the file. All that is wrong is reported at once, as
// chaping.InputErrors joined.
func LoadProfile(name string, r io.Reader) (*Profile, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxProfile+1))
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: fmt.Sprintf("无法读取站点配置 %s", name),
			Remedy:  "检查文件是否存在、可读",
			Err:     err,
		}
	}
	if len(data) > MaxProfile {
		return nil, &chaping.InputError{File: name, Problem: "站点配置超过 1 MB", Remedy: "确认给的是站点配置文件"}
	}
	l := &loader{file: name}
	var document yaml.Node
	if err := yaml.Unmarshal(data, &document); err != nil {
		return nil, l.yamlError(err)
	}
	if len(document.Content) == 0 {
		return nil, &chaping.InputError{File: name, Problem: "站点配置是空的", Remedy: "参照随程序提供的 mall.yaml 编写"}
	}
	l.root = document.Content[0]
	var raw profileYAML
	var base struct{ Extends string }
	if err := l.root.Decode(&base); err == nil && base.Extends != "" {
		// What the file says is laid over what it extends: single entries
		// replace those of the same name, lists replace whole lists.
		text, err := configs.Files.ReadFile("sites/" + base.Extends + ".yaml")
		if err != nil {
			l.fail("extends", base.Extends, "没有这个自带站点配置", "可用 "+strings.Join(configs.Names("sites"), "、"))
			return nil, errors.Join(l.errs...)
		}
		if err := yaml.Unmarshal(text, &raw); err != nil {
			return nil, fmt.Errorf("自带站点配置 %s：%w", base.Extends, err)
		}
		if raw.Extends != "" {
			l.fail("extends", base.Extends, "这个配置自己是从别的配置来的", "从它所依据的 "+raw.Extends+" 开始")
		}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	decoder.KnownFields(true)
	if err := decoder.Decode(&raw); err != nil {
		return nil, l.yamlError(err)
	}
	p := l.profile(&raw)
	if len(l.errs) > 0 {
		return nil, errors.Join(l.errs...)
	}
	p.Name = name
	return p, nil
}

// WithBase is the profile for the same site at another address, with the
// scheme and host of base in place of those of its own.
func (p *Profile) WithBase(base string) (*Profile, error) {
	u, err := parseBase(base)
	if err != nil {
		return nil, &chaping.Error{
			Code:    chaping.CodeUsage,
			Message: fmt.Sprintf("站点地址 %q 无效", base),
			Remedy:  "写成 http://主机:端口 或 https://主机",
			Err:     err,
		}
	}
	moved := *p
	moved.Base = u
	return &moved, nil
}

// At is the profile, moved to the site of the address unless it allows that
// site already.
func (p *Profile) At(address string) (*Profile, error) {
	u, err := url.Parse(address)
	if err == nil && u.Host != "" && p.allowsHost(u.Hostname()) {
		return p, nil
	}
	if err != nil {
		u = &url.URL{}
	}
	return p.WithBase(u.Scheme + "://" + u.Host)
}

func parseBase(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, err
	}
	if u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil {
		return nil, errors.New("只支持带主机名的 http、https 地址")
	}
	return u, nil
}

// MayCrawl refuses a platform that needs somebody's leave, without it.
func (p *Profile) MayCrawl() error {
	if !p.NeedsLeave || p.AuthorizedBy != "" {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: fmt.Sprintf("采集%s须先取得平台的书面授权", p.Platform.Name),
		Advice:  chaping.Advice{Code: chaping.AdviceLeave, Params: []any{p.Name}},
	}
}

// allowsHost tells whether the profile lets its collector ask the host (a
// host name without port).
func (p *Profile) allowsHost(host string) bool {
	host = strings.ToLower(host)
	if host == strings.ToLower(p.Base.Hostname()) {
		return true
	}
	for _, pattern := range p.Hosts {
		if suffix, wild := strings.CutPrefix(pattern, "*"); wild && strings.HasSuffix(host, suffix) || host == pattern {
			return true
		}
	}
	return false
}

// asks tells whether a collection may ask the host, which has a port unless it
// is the usual one.
func (p *Profile) asks(host string) bool {
	if host == p.Base.Host {
		return true
	}
	name := (&url.URL{Host: host}).Hostname()
	return !strings.EqualFold(name, p.Base.Hostname()) && p.allowsHost(name)
}

// A loader turns the YAML form into a Profile and gathers what is wrong.
type loader struct {
	file string
	root *yaml.Node
	errs []error
}

var yamlLine = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
var unknownKey = regexp.MustCompile(`^field (\S+) not found in type`)

// yamlError tells what the YAML parser found.
func (l *loader) yamlError(err error) error {
	var input *chaping.InputError
	if errors.As(err, &input) {
		input.File = l.file
		return input
	}
	messages := []string{err.Error()}
	var list *yaml.TypeError
	if errors.As(err, &list) {
		messages = list.Errors
	}
	var errs []error
	for _, message := range messages {
		e := &chaping.InputError{File: l.file, Problem: "不是正确的 YAML：" + message, Remedy: "检查缩进、引号和冒号"}
		if m := yamlLine.FindStringSubmatch(message); m != nil {
			e.Line, _ = strconv.Atoi(m[1])
			e.Problem = "不是正确的 YAML：" + m[2]
			if key := unknownKey.FindStringSubmatch(m[2]); key != nil {
				e.Field = key[1]
				e.Problem = "没有这个配置项"
				e.Remedy = "检查拼写和缩进，配置项见随程序提供的站点配置"
			}
		}
		errs = append(errs, e)
	}
	return errors.Join(errs...)
}

// fail notes what is wrong at a path like "reviews.0.fields.id". The line is
// that of the deepest part of the path that the file has.
func (l *loader) fail(path, value, problem, remedy string) {
	node, line := l.root, l.root.Line
	for part := range strings.SplitSeq(path, ".") {
		var next *yaml.Node
		switch node.Kind {
		case yaml.MappingNode:
			for i := 0; i+1 < len(node.Content); i += 2 {
				if node.Content[i].Value == part {
					line, next = node.Content[i].Line, node.Content[i+1]
				}
			}
		case yaml.SequenceNode:
			if i, err := strconv.Atoi(part); err == nil && i < len(node.Content) {
				next = node.Content[i]
				line = next.Line
			}
		}
		if next == nil {
			break
		}
		node = next
	}
	l.errs = append(
		l.errs,
		&chaping.InputError{File: l.file, Line: line, Field: path, Value: value, Problem: problem, Remedy: remedy},
	)
}

func (l *loader) profile(raw *profileYAML) *Profile {
	p := &Profile{
		Platform:     chaping.Platform{ID: raw.Platform.ID, Name: raw.Platform.Name, Rating: chaping.Stars()},
		PrivateHosts: raw.PrivateHosts,
		AuthorizedBy: strings.TrimSpace(raw.AuthorizedBy),
		NeedsLeave:   raw.NeedsLeave,
		Contact:      strings.TrimSpace(raw.Contact),
		Delay:        defaultDelay,
		Concurrency:  defaultConcurrency,
		BodyLimit:    defaultBodyLimit,
		Timeout:      defaultTimeout,
		Attempts:     defaultAttempts,
		RetryBase:    defaultRetryBase,
		Overlap:      defaultOverlap,
		DefaultTexts: chaping.NewDefaultTexts(raw.DefaultTexts),
	}
	if !platformID.MatchString(raw.Platform.ID) {
		l.fail("platform.id", raw.Platform.ID, "平台代号缺失或无效", "用小写字母、数字和连字符，以字母开头，例如 mall")
	}
	if strings.TrimSpace(raw.Platform.Name) == "" {
		l.fail("platform.name", "", "缺少平台名称", "写上报表中使用的平台中文名称")
	}
	if base, err := parseBase(raw.Base); err != nil {
		l.fail("base", raw.Base, "站点地址缺失或无效", "写成 https://www.example.com")
	} else {
		p.Base = base
	}
	for i, pattern := range raw.Hosts {
		pattern = strings.ToLower(pattern)
		if !hostPattern.MatchString(pattern) {
			l.fail(fmt.Sprintf("hosts.%d", i), pattern, "主机名无效", "写成 item.example.com 或 *.example.com，不带协议和端口")
		}
		p.Hosts = append(p.Hosts, pattern)
	}
	if r := raw.Rating; r != nil {
		p.Platform.Rating = chaping.RatingRule{Version: r.Version, Max: r.Max, Negative: r.Negative, Neutral: r.Neutral}
		if err := p.Platform.Rating.Validate(); err != nil {
			l.fail("rating", "", err.Error(), "例如 {version: stars-1, max: 5, negative: 2, neutral: 3}")
		}
	}
	l.behaviour(p, raw)
	for i, c := range raw.Challenge {
		path := fmt.Sprintf("challenge.%d", i)
		if (c.CSS == "") == (c.Text == "") {
			l.fail(path, "", "验证页的识别条件应为 css 或 text 之一", "例如 css: \"#captcha\"")
			continue
		}
		p.Challenges = append(p.Challenges, challenge{css: l.selector(path+".css", c.CSS), text: c.Text})
	}
	l.steps(p, raw)
	return p
}

var (
	platformID  = regexp.MustCompile(`^[a-z][a-z0-9-]{0,31}$`)
	hostPattern = regexp.MustCompile(`^(\*\.)?[a-z0-9.:-]+$`)
)

// behaviour reads politeness and limits.
func (l *loader) behaviour(p *Profile, raw *profileYAML) {
	if d := raw.Politeness.Delay; d != nil {
		p.Delay = *d
	}
	if n := raw.Politeness.Concurrency; n != nil {
		p.Concurrency = *n
	}
	if p.Delay < 0 || p.Delay > time.Hour {
		l.fail("politeness.delay", p.Delay.String(), "请求间隔应在 0 到 1 小时之间", "例如 2s、500ms")
	}
	if p.Concurrency < 1 || p.Concurrency > 256 {
		l.fail("politeness.concurrency", strconv.Itoa(p.Concurrency), "同时请求数应在 1 到 256 之间", "拿不准就写 1")
	}
	switch raw.Politeness.Robots {
	case "", "obey":
	case "ignore":
		p.IgnoreRobots = true
		if p.AuthorizedBy == "" {
			l.fail("politeness.robots", "ignore", "未经授权不得无视 robots.txt", "在 authorized_by 写明授权方和授权文件，或删去本项")
		}
	default:
		l.fail("politeness.robots", raw.Politeness.Robots, "只能是 obey 或 ignore", "一般不写，即遵守 robots.txt")
	}
	limit := func(name string, set bool, ok bool, value any, problem string, take func()) {
		switch {
		case !set:
		case !ok:
			l.fail("limits."+name, fmt.Sprint(value), problem, "删去本项则使用默认值")
		default:
			take()
		}
	}
	b := raw.Limits
	limit(
		"body",
		b.Body != 0,
		b.Body >= 1<<10 && b.Body <= 256<<20,
		b.Body,
		"页面上限应在 1 KB 到 256 MB 之间（字节数）",
		func() { p.BodyLimit = b.Body },
	)
	limit(
		"timeout",
		b.Timeout != 0,
		b.Timeout > 0 && b.Timeout <= 10*time.Minute,
		b.Timeout,
		"超时应在 0 到 10 分钟之间",
		func() { p.Timeout = b.Timeout },
	)
	limit(
		"attempts",
		b.Attempts != 0,
		b.Attempts > 0 && b.Attempts <= 20,
		b.Attempts,
		"尝试次数应在 1 到 20 之间",
		func() { p.Attempts = b.Attempts },
	)
	limit(
		"retry",
		b.Retry != 0,
		b.Retry > 0 && b.Retry <= time.Hour,
		b.Retry,
		"重试间隔应在 0 到 1 小时之间",
		func() { p.RetryBase = b.Retry },
	)
	limit("pages", b.Pages != 0, b.Pages > 0, b.Pages, "页数预算应大于 0", func() { p.PageBudget = b.Pages })
	limit("bytes", b.Bytes != 0, b.Bytes > 0, b.Bytes, "流量预算应大于 0（字节数）", func() { p.ByteBudget = b.Bytes })
	l.request(p, raw)
	if d := raw.Overlap; d != nil {
		if *d < 0 || *d > 366*24*time.Hour {
			l.fail("overlap", d.String(), "重读的时间应在 0 到一年之间", "例如 72h")
		}
		p.Overlap = *d
	}
	switch raw.Render {
	case "":
	case "browser":
		p.Render = true
		if raw.Request.Proxy != "" {
			l.fail("render", raw.Render, "用浏览器读页面时不能再用代理", "删去 request.proxy 或 render")
		}
	default:
		l.fail("render", raw.Render, "只能是 browser", "网页由脚本填充时写 browser，需要本机有 Chromium；一般不写")
	}
	if raw.Charset != "" {
		if foreign.Charset(raw.Charset) == nil {
			l.fail("charset", raw.Charset, "不认识的字符集", "常用的有 utf-8、gbk、gb18030、big5；网页声明正确时删去本项")
		}
		p.Charset = raw.Charset
	}
}
