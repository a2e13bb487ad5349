package reader

import (
	"bytes"
	"fmt"
	"io"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
)

// Config says which model is asked, about what, and how often.
type Config struct {
	URL   string // of the interface, up to and with its version: https://example.com/v1
	Model string
	// Secret authorises questions; empty for an endpoint that asks for none.
	Secret string
	// Margin is below which log-odds of the program's own model a mention is
	// doubtful.
	Margin float32
	// Budget is the most questions that a run asks. What was answered before is
	// not asked again.
	Budget  int
	Timeout time.Duration // of one attempt
	// Decides lets a rejection by the model count without a person. Off unless it
	// is written down; the sheet says that it is on.
	Decides bool
}

// What holds where the file says nothing. In fields of goods that the network had
// never seen, a quarter of the affirmed mentions is below the margin, and more than
// half of the wrong ones.
const (
	defaultMargin  = 6
	defaultBudget  = 200
	defaultTimeout = time.Minute
)

// fileConfig is the YAML file.
type fileConfig struct {
	URL     string   `yaml:"url"`
	Model   string   `yaml:"model"`
	Key     string   `yaml:"key"`
	Margin  *float32 `yaml:"margin"`
	Budget  *int     `yaml:"budget"`
	Timeout string   `yaml:"timeout"`
	Decides bool     `yaml:"decides"`
}

var reference = regexp.MustCompile(`^\$\{([A-Za-z_][A-Za-z0-9_]*)\}$`)

// ReadConfig reads a configuration; name is for messages. The key is the name of
// an environment variable, ${NAME}: secrets do not belong into the file. Every
// fault is a *chaping.InputError.
func ReadConfig(name string, data []byte) (*Config, error) {
	fault := func(field, value, problem, remedy string) (*Config, error) {
		return nil, &chaping.InputError{
			File:    name,
			Field:   field,
			Value:   chaping.Shorten(value, 60),
			Problem: problem,
			Remedy:  remedy,
		}
	}
	const example = "对照 configs/reader.example.yaml 改正"
	var f fileConfig
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil && err != io.EOF {
		return fault("", "", "第二读者的配置读不懂："+strings.TrimPrefix(err.Error(), "yaml: "), example)
	}
	c := &Config{
		URL:     strings.TrimSuffix(f.URL, "/"),
		Model:   f.Model,
		Margin:  defaultMargin,
		Budget:  defaultBudget,
		Timeout: defaultTimeout,
		Decides: f.Decides,
	}
	u, err := url.Parse(c.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" {
		return fault("url", "", "不是接口的地址", "写 http(s) 开头、到版本为止的地址，例如 http://127.0.0.1:8000/v1；密钥写在 key")
	}
	if strings.HasSuffix(c.URL, "/chat/completions") {
		return fault("url", f.URL, "地址写得太长", "写到版本为止，不写 /chat/completions")
	}
	if c.Model == "" {
		return fault("model", "", "没有写模型", "写服务上的模型名")
	}
	if f.Key != "" {
		m := reference.FindStringSubmatch(f.Key)
		if m == nil { // it may be the key itself: it is not repeated
			return fault("key", "", "密钥不能写在文件里", "写成 ${环境变量名}，例如 ${CHAPING_READER_KEY}")
		}
		if c.Secret = os.Getenv(m[1]); c.Secret == "" {
			return fault("key", f.Key, fmt.Sprintf("环境变量 %s 没有设置", m[1]), "设置该环境变量后重试")
		}
	}
	if f.Margin != nil {
		if c.Margin = *f.Margin; !(c.Margin > 0 && c.Margin <= 100) {
			return fault("margin", fmt.Sprint(*f.Margin), "界限应在 0–100 之间", "写一个正数，例如 6；越大问得越多")
		}
	}
	if f.Budget != nil {
		if c.Budget = *f.Budget; c.Budget < 1 || c.Budget > 100_000 {
			return fault("budget", fmt.Sprint(*f.Budget), "一次最多问几处，应为 1–100000", "写一个整数，例如 200")
		}
	}
	if f.Timeout != "" {
		if c.Timeout, err = time.ParseDuration(f.Timeout); err != nil || c.Timeout < time.Millisecond ||
			c.Timeout > time.Hour {
			return fault("timeout", f.Timeout, "时限无法识别", "写成 30s、2m 的样子，不超过 1h")
		}
	}
	return c, nil
}
