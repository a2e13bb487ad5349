package app

import (
	"archive/tar"
	"cmp"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/ingest/redact"
	"chaping/station"
	"chaping/store"
)

// A SupportFile is a file of the bundle that a station sends to who helps it.
type SupportFile struct {
	Name    string
	Content any // written as JSON, text as it is
}

// supportRuns is how many runs of each kind the bundle has.
const supportRuns = 200

// WriteSupport writes a bundle that may be sent to who helps: what the program
// is, what it found, how large what is, which runs failed. It has no review, no
// name and no secret: of configuration only words of the program are kept, of
// errors what the program itself says. What cannot be read is said so.
func (a *App) WriteSupport(ctx context.Context, w io.Writer, more []SupportFile) error {
	files := slices.Concat(more, []SupportFile{
		{"machine.json", a.machine()},
		{"files.json", a.sizes()},
		{"plans.json", readable(a.supportPlans(ctx))},
		{"runs.json", readable(a.supportRuns(ctx))},
		{"tables.json", readable(a.supportTables(ctx))},
		{"migrations.json", readable(a.supportMigrations(ctx))},
		{"outbox.json", readable(a.supportOutbox(ctx))},
	}, a.supportConfig())
	packed := gzip.NewWriter(w)
	archive := tar.NewWriter(packed)
	for _, f := range files {
		content, ok := f.Content.(string)
		if !ok {
			data, err := json.MarshalIndent(f.Content, "", "  ")
			if err != nil {
				return err
			}
			content = string(data) + "\n"
		}
		head := &tar.Header{Name: "chaping-support/" + f.Name, Mode: 0o600, Size: int64(len(content)), ModTime: a.Now()}
		if err := archive.WriteHeader(head); err != nil {
			return err
		}
		if _, err := io.WriteString(archive, content); err != nil {
			return err
		}
	}
	return errors.Join(archive.Close(), packed.Close())
}

// readable is a value, or why there is none.
func readable(value any, err error) any {
	if err != nil {
		return map[string]string{"problem": Discreet(err.Error())}
	}
	return value
}

// What may stand in an error and is not the program's to say.
var (
	quoted   = regexp.MustCompile(`“[^”]*”|"[^"]*"|「[^」]*」|《[^》]*》|‘[^’]*’|'[^']*'`)
	nameLike = regexp.MustCompile(`\S*[/\\@]\S*|[^\s，。：；（）]+\.[A-Za-z][0-9A-Za-z]{1,7}`)
	digits   = regexp.MustCompile(`\d{5,}`)
)

// Discreet is what the program itself says in an error: without what is quoted,
// names of files, addresses, long numbers, and what follows the first colon.
func Discreet(text string) string {
	text = quoted.ReplaceAllString(text, "“…”")
	text, _, _ = strings.Cut(text, "：")
	text, _, _ = strings.Cut(text, ": ")
	text, _, _ = strings.Cut(text, "\n")
	text = nameLike.ReplaceAllString(text, "…")
	return chaping.Shorten(digits.ReplaceAllString(redact.Text(text), "…"), 200)
}

func (a *App) machine() any {
	variables := map[string]bool{}
	for _, pair := range os.Environ() {
		if name, value, _ := strings.Cut(pair, "="); strings.HasPrefix(name, "CHAPING_") {
			variables[name] = value != ""
		}
	}
	memory, _ := os.ReadFile("/proc/meminfo") // elsewhere there is none
	total, _, _ := strings.Cut(string(memory), "\n")
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return map[string]any{
		"version": a.Version, "go": runtime.Version(), "platform": runtime.GOOS + "/" + runtime.GOARCH,
		"processors": runtime.NumCPU(), "memory": total, "kernel": strings.TrimSpace(string(kernel)),
		"now": a.Now().Format(time.RFC3339), "variables": variables, "server": a.DSN != "", "redis": a.Redis != "",
		"free_bytes": FreeBytes(a.Dir),
	}
}

// A supportSize is a file or folder of the data directory. Folders say what they
// hold, not what it is called.
type supportSize struct {
	Name  string `json:"name"`
	Mode  string `json:"mode"`
	Files int    `json:"files"`
	Bytes int64  `json:"bytes"`
}

// ours are names that the program gives; others are somebody's.
var ours = regexp.MustCompile(`^(\.?[a-z]+[a-z.\-]*)$`)

func (a *App) sizes() any {
	entries, err := os.ReadDir(a.Dir)
	var list []supportSize
	for _, e := range entries {
		s := supportSize{Name: e.Name()}
		if !ours.MatchString(s.Name) {
			s.Name = "…" + filepath.Ext(s.Name)
		}
		if info, err := e.Info(); err == nil {
			s.Mode = info.Mode().String()
		}
		walked := filepath.WalkDir(a.Path(e.Name()), func(_ string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				if info, err := d.Info(); err == nil {
					s.Files, s.Bytes = s.Files+1, s.Bytes+info.Size()
				}
			}
			return nil // files go while one looks
		})
		err = errors.Join(err, walked)
		list = append(list, s)
	}
	return readable(list, err)
}

func (a *App) supportTables(ctx context.Context) (any, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	return s.Stats(ctx)
}

func (a *App) supportMigrations(ctx context.Context) (any, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	of, err := s.Migrated(ctx)
	if err != nil {
		return nil, err
	}
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	version, err := d.Schema(ctx)
	return map[string]any{"store": of, "station": version}, err
}

// A supportRun is a run without what it was about.
type supportRun struct {
	Stage    string            `json:"stage"`
	Period   chaping.Period    `json:"period,omitzero"`
	Started  time.Time         `json:"started"`
	Finished time.Time         `json:"finished,omitzero"`
	Counts   map[string]uint64 `json:"counts,omitempty"`
	Attempts int               `json:"attempts,omitempty"`
	Problem  string            `json:"problem,omitempty"`
}

func (a *App) supportRuns(ctx context.Context) (any, error) {
	s, err := a.Store(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := s.Runs(ctx, store.RunFilter{Limit: supportRuns})
	list := make([]supportRun, 0, len(runs))
	for _, r := range runs {
		list = append(list, supportRun{Stage: r.Stage, Period: r.Period, Started: r.Started, Finished: r.Finished,
			Counts: r.Counts, Problem: Discreet(r.Error)})
	}
	return list, err
}

func (a *App) supportPlans(ctx context.Context) (any, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	runs, err := d.Runs(ctx, "", supportRuns)
	list := make([]supportRun, 0, len(runs))
	for _, r := range runs {
		one := supportRun{Stage: "plan", Started: r.Started, Attempts: r.Attempts, Problem: Discreet(r.Error)}
		if r.Finished != nil {
			one.Finished = *r.Finished
		}
		list = append(list, one)
	}
	return list, err
}

func (a *App) supportOutbox(ctx context.Context) (any, error) {
	d, err := a.Station(ctx)
	if err != nil {
		return nil, err
	}
	messages, err := d.Outbox(ctx, true, 10_000)
	states := map[string]int{}
	for _, m := range messages {
		states[outboxState(m)]++
	}
	return states, err
}

func outboxState(m station.Message) string {
	switch {
	case m.Stopped:
		return "stopped"
	case m.Sent != nil:
		return "sent"
	case m.Attempts > 0:
		return "failed"
	}
	return "waiting"
}

// kept are the keys of configuration whose values are words of the program.
var kept = []string{"cron", "run", "format", "off", "type", "kind", "extends", "render", "trigger", "scope", "severity"}

// supportConfig is the configuration: its shape, numbers, switches and words of
// the program. Every other text stands there as its length.
func (a *App) supportConfig() (files []SupportFile) {
	names := []string{planFile, ChannelsFile, "urgent.yaml"}
	sites, err := filepath.Glob(a.Path("sites", "*.yaml"))
	if err != nil {
		panic(err) // a constant pattern
	}
	for i, name := range names {
		names[i] = a.Path(name)
	}
	number := 0
	for _, path := range slices.Concat(names, sites) {
		name := "config/" + filepath.Base(path)
		if slices.Contains(sites, path) {
			number++
			name = "config/site-" + strconv.Itoa(number) + ".yaml"
		}
		data, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		var doc yaml.Node
		if err = cmp.Or(err, yaml.Unmarshal(data, &doc)); err != nil {
			files = append(files, SupportFile{name, "cannot be read\n"})
			continue
		}
		conceal(&doc, false)
		if data, err = yaml.Marshal(&doc); err != nil {
			data = []byte("cannot be written\n")
		}
		files = append(files, SupportFile{name, string(data)})
	}
	return files
}

// conceal replaces texts by their length. Comments go.
func conceal(n *yaml.Node, keep bool) {
	n.HeadComment, n.LineComment, n.FootComment, n.Anchor = "", "", "", ""
	switch n.Kind {
	case yaml.ScalarNode:
		if word := n.Tag == "!!bool" || n.Tag == "!!null" || n.Tag == "!!int" && len(n.Value) <= 4; !keep && !word {
			n.Tag = "!!str"
			n.Value, n.Style = strings.Repeat("*", min(len([]rune(n.Value)), 20)), yaml.DoubleQuotedStyle
		}
	case yaml.MappingNode:
		for i := 0; i+1 < len(n.Content); i += 2 {
			key := n.Content[i]
			conceal(n.Content[i+1], slices.Contains(kept, key.Value))
			key.HeadComment, key.LineComment, key.FootComment = "", "", ""
			if !ours.MatchString(key.Value) && !strings.Contains(key.Value, "_") {
				key.Value = "…"
			}
		}
	case yaml.AliasNode: // leads to what is concealed where it stands
	default:
		for _, c := range n.Content {
			conceal(c, keep)
		}
	}
}
