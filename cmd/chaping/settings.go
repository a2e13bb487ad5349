package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/app"
	"chaping/configs"
	"chaping/crawler/evidence"
	"chaping/scheduler"
	"chaping/station"
	"chaping/store/backup"
	"chaping/web"
)

// What the portal's settings page shows and does: the same as site check,
// schedule, backup and evidence prune do on the command line.

// settings are the administrator's; the zero value where nobody has set any.
func (p *program) settings(ctx context.Context) (s station.Settings, err error) {
	return s, p.onStation(ctx, func(d *station.DB) error {
		s, err = d.Settings(ctx)
		return err
	})
}

// retention is how long collected pages are kept.
func (p *program) retention(ctx context.Context) (evidence.Retention, error) {
	s, err := p.settings(ctx)
	r := defaultRetention
	const day = 24 * time.Hour
	r.Loose, r.Pinned = cmp.Or(time.Duration(s.PageDays)*day, r.Loose), cmp.Or(time.Duration(s.PinnedDays)*day, r.Pinned)
	return r, err
}

// siteAllowed refuses a site profile that the administrator has switched off.
func (p *program) siteAllowed(ctx context.Context, name string) error {
	s, err := p.settings(ctx)
	if err == nil && slices.Contains(s.SitesOff, siteName(name)) {
		err = &chaping.Error{Code: chaping.CodeInput, Message: "站点“" + siteName(name) + "”已停用", Remedy: "请管理员在门户的“设置”页启用它，或从监测任务中去掉"}
	}
	return err
}

// credentials are what somebody wrote into an address by mistake: the page
// shows faults with their values.
var credentials = regexp.MustCompile(`//[^/@\s]*@`)

// checkedSites are the site profiles with what "site check" says of each.
func (p *program) checkedSites() []web.Site {
	var list []web.Site
	for _, name := range p.sites() {
		s := web.Site{Name: name}
		path := name
		if own := p.ownSite(name); own != "" {
			s.Own, path = true, own
		}
		profile, err := loadSite(path)
		if err != nil {
			faults := []error{err}
			if joined, ok := err.(interface{ Unwrap() []error }); ok {
				faults = joined.Unwrap()
			}
			for _, fault := range faults {
				s.Problems = append(s.Problems, credentials.ReplaceAllString(strings.ReplaceAll(fault.Error(), path, filepath.Base(path)), "//…@"))
			}
			list = append(list, s)
			continue
		}
		s.Platform = profile.Platform.Name
		if profile.Base != nil {
			s.Base = profile.Base.String()
		}
		if err := profile.MayCrawl(); err != nil {
			s.Needs = err.Error()
		}
		list = append(list, s)
	}
	return list
}

// planDoes says what a job of the schedule does.
var planDoes = map[string]string{"monthly": "月报：采集、挖掘、冻结、输出、通知", "mine": "采集并挖掘本期，提示重要风险信息", "remind": "截止、逾期和案件期限的提醒", "deliver": "发出发件箱里的通知"}

func (p *program) plans(ctx context.Context) ([]web.Plan, error) {
	jobs, err := p.scheduled()
	if err != nil {
		return nil, err
	}
	var list []web.Plan
	return list, p.withStation(ctx, func(d *station.DB) error {
		for _, j := range jobs {
			s, err := scheduler.Parse(j.Cron)
			if err != nil {
				return err
			}
			plan := web.Plan{Name: j.Name, Cron: j.Cron, Does: planDoes[j.Run], Next: s.Next(p.now()).In(chaping.Shanghai())}
			runs, err := d.Runs(ctx, j.Name, 1)
			if err != nil {
				return err
			}
			if len(runs) > 0 {
				plan.Last = &runs[0]
			}
			list = append(list, plan)
		}
		return nil
	})
}

// reschedule changes a job's time in the operator's schedule.yaml, which
// begins as a copy of the shipped one; comments stay.
func (p *program) reschedule(name, cron string) error {
	if _, err := scheduler.Parse(cron); err != nil {
		return err
	}
	path := filepath.Join(p.dataDir, "schedule.yaml")
	data, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		data, err = configs.Files.ReadFile("schedule.yaml")
	}
	if err != nil {
		return err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return &chaping.InputError{File: "schedule.yaml", Problem: "读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "), Remedy: "对照自带的 configs/schedule.yaml 改正"}
	}
	time := jobTime(&file, name)
	if time == nil {
		return &chaping.Error{Code: chaping.CodeInput, Message: "没有计划“" + name + "”", Remedy: "刷新页面，从列表中选择"}
	}
	time.SetString(cron)
	time.Style = yaml.DoubleQuotedStyle
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&file), enc.Close()); err != nil {
		return err
	}
	temporary := path + ".new"
	if err := errors.Join(os.WriteFile(temporary, b.Bytes(), 0o600), os.Rename(temporary, path)); err != nil {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "schedule.yaml 写不进数据目录", Err: err, Remedy: "检查目录权限和磁盘空间"}
	}
	return nil
}

// jobTime is the node of a job's cron expression; nil if there is none.
func jobTime(n *yaml.Node, name string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		var cron *yaml.Node
		named := false
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			named = named || key == "name" && value.Value == name
			if key == "cron" {
				cron = value
			}
		}
		if named && cron != nil {
			return cron
		}
	}
	for _, c := range n.Content {
		if found := jobTime(c, name); found != nil {
			return found
		}
	}
	return nil
}

func (p *program) backupDir() string { return filepath.Join(p.dataDir, backup.Folder) }

// backups are the backups that the portal has made, the latest first.
func (p *program) backups() ([]web.Backup, error) {
	entries, err := os.ReadDir(p.backupDir())
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var list []web.Backup
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !info.Mode().IsRegular() || filepath.Ext(e.Name()) != ".backup" {
			continue
		}
		list = append(list, web.Backup{Name: e.Name(), Bytes: info.Size(), Made: info.ModTime().In(chaping.Shanghai())})
	}
	slices.Reverse(list) // names begin with the time
	return list, err
}

// backUp makes a backup and verifies it.
func (p *program) backUp(ctx context.Context, tell app.Watcher) (name, summary string, err error) {
	if err := os.MkdirAll(p.backupDir(), 0o700); err != nil {
		return "", "", &chaping.Error{Code: chaping.CodeEnvironment, Message: "建不了备份的文件夹", Err: err, Remedy: "检查数据目录的权限和磁盘空间"}
	}
	s, err := p.app.Store(ctx)
	if err != nil {
		return "", "", err
	}
	name = p.now().In(chaping.Shanghai()).Format("2006-01-02-150405") + ".backup"
	done := int64(0)
	_, err = backup.Write(ctx, s, p.dataDir, filepath.Join(p.backupDir(), name), buildVersion(), p.now(), func(part string) { done++; tell(app.Progress{Step: "备份", Done: done, Detail: "备份 " + part}) })
	if err != nil {
		return "", "", err
	}
	summary, err = p.verifyBackup(ctx, name, tell)
	return name, summary, err
}

// verifyBackup compares a backup with its checksums.
func (p *program) verifyBackup(ctx context.Context, name string, tell app.Watcher) (string, error) {
	done := int64(0)
	m, err := backup.Verify(ctx, filepath.Join(p.backupDir(), filepath.Base(name)), func(part string) { done++; tell(app.Progress{Step: "核对", Done: done, Detail: "核对 " + part}) })
	if err != nil {
		return "", err
	}
	return fmt.Sprintf("%s 完好：%d 个文件共 %.1f MB；评论 %d 行，命中 %d 行", name, len(m.Parts), float64(m.Bytes())/1e6, m.Rows["reviews"], m.Rows["mentions"]), nil
}
