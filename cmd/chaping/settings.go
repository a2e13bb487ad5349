package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/configs"
	"chaping/scheduler"
	"chaping/station"
	"chaping/web"
)

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
