package app

import (
	"bytes"
	"errors"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/scheduler"
)

// A PlanChange is what is changed of a plan in the operator's file.
type PlanChange struct {
	Cron string // empty: as it is
	Off  bool   // run by hand only
}

// Reschedule changes a plan in the operator's file, which begins as a copy of
// the shipped one; comments stay. Whoever runs the plans takes it up within half
// a minute.
func (a *App) Reschedule(plan string, to PlanChange) error {
	if to.Cron != "" {
		if _, err := scheduler.Parse(to.Cron); err != nil {
			return err
		}
	}
	_, data, err := a.readPlans()
	if err != nil {
		return err
	}
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return planFault(planFile, "读不懂："+strings.TrimPrefix(err.Error(), "yaml: "))
	}
	node := planNode(&file, plan)
	if node == nil {
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "没有计划“" + chaping.Shorten(plan, 40) + "”",
			Advice:  chaping.Advice{Code: chaping.AdvicePlans},
		}
	}
	if to.Cron != "" {
		setMember(node, "cron", &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: to.Cron,
			Style: yaml.DoubleQuotedStyle})
	}
	off := &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!bool", Value: "true"}
	if !to.Off {
		off = nil
	}
	setMember(node, "off", off)
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&file), enc.Close()); err != nil {
		return err
	}
	return replace(a.Path(planFile), b.Bytes())
}

// planNode is the plan of that name; nil if there is none.
func planNode(n *yaml.Node, plan string) *yaml.Node {
	if name := member(n, "name"); name != nil && name.Value == plan && member(n, "cron") != nil {
		return n
	}
	for _, c := range n.Content {
		if found := planNode(c, plan); found != nil {
			return found
		}
	}
	return nil
}

// member is the value of a key of a mapping, or nil.
func member(n *yaml.Node, key string) *yaml.Node {
	if n.Kind != yaml.MappingNode {
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return n.Content[i+1]
		}
	}
	return nil
}

// setMember sets the value of a key of a mapping; nil removes it.
func setMember(n *yaml.Node, key string, value *yaml.Node) {
	for i := 0; i+1 < len(n.Content); i += 2 {
		switch {
		case n.Content[i].Value != key:
		case value == nil:
			n.Content = slices.Delete(n.Content, i, i+2)
			return
		default:
			old := n.Content[i+1]
			value.HeadComment, value.LineComment, value.FootComment = old.HeadComment, old.LineComment, old.FootComment
			n.Content[i+1] = value
			return
		}
	}
	if value != nil {
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: key}, value)
	}
}
