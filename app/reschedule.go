package app

import (
	"bytes"
	"errors"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/scheduler"
)

// Reschedule changes a plan's time in the operator's file, which begins as a
// copy of the shipped one; comments stay.
func (a *App) Reschedule(plan, cron string) error {
	if _, err := scheduler.Parse(cron); err != nil {
		return err
	}
	_, data, err := a.readPlans()
	if err != nil {
		return err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return planFault(planFile, "读不懂："+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	node := planTime(&file, plan)
	if node == nil {
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "没有计划“" + plan + "”",
			Advice:  chaping.Advice{Code: chaping.AdvicePlans},
		}
	}
	node.SetString(cron)
	node.Style = yaml.DoubleQuotedStyle
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&file), enc.Close()); err != nil {
		return err
	}
	path := a.Path(planFile)
	temporary := path + ".new"
	if err := errors.Join(os.WriteFile(temporary, b.Bytes(), 0o600), os.Rename(temporary, path)); err != nil {
		return &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: planFile + " 写不进数据目录",
			Err:     err,
			Remedy:  "检查目录权限和磁盘空间",
		}
	}
	return nil
}

// planTime is the node of a plan's cron expression; nil if there is none.
func planTime(n *yaml.Node, plan string) *yaml.Node {
	if n.Kind == yaml.MappingNode {
		var cron *yaml.Node
		named := false
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i].Value, n.Content[i+1]
			named = named || key == "name" && value.Value == plan
			if key == "cron" {
				cron = value
			}
		}
		if named && cron != nil {
			return cron
		}
	}
	for _, c := range n.Content {
		if found := planTime(c, plan); found != nil {
			return found
		}
	}
	return nil
}
