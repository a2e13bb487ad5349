package app

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strconv"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/station/notify"
)

// PutChannel stores a notification channel in the place of the one that was
// called so, or as a new one when was is empty. Secrets that are empty stay as
// they are. The file keeps its comments and what it has of environment
// variables; it is checked before it is stored, so that a channel that cannot
// work never takes the others with it.
func (a *App) PutChannel(was string, c notify.Channel) error {
	return a.editChannels(func(list *yaml.Node) error {
		node := channelNode(list, was)
		if was != "" && node == nil {
			return noChannel(was)
		}
		if node == nil {
			node = &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
			list.Content = append(list.Content, node)
		}
		setText(node, "name", c.Name, true)
		setText(node, "type", c.Type, true)
		setText(node, "station", c.Station, true)
		setList(node, "events", c.Events)
		mail := c.Type == "smtp"
		for _, f := range []struct {
			key, value string
			of, secret bool // of this kind of channel; kept when it is empty
		}{
			{"url", c.URL, !mail, true}, {"secret", c.Secret, !mail, true},
			{"server", c.Server, mail, false}, {"tls", c.TLS, mail, false}, {"user", c.User, mail, false},
			{"password", c.Password, mail, true}, {"from", c.From, mail, false},
		} {
			switch {
			case !f.of:
				setText(node, f.key, "", true)
			default:
				setText(node, f.key, f.value, !f.secret)
			}
		}
		if !mail {
			c.To = nil
		}
		setList(node, "to", c.To)
		return nil
	})
}

// RemoveChannel removes a notification channel.
func (a *App) RemoveChannel(name string) error {
	return a.editChannels(func(list *yaml.Node) error {
		node := channelNode(list, name)
		if node == nil {
			return noChannel(name)
		}
		list.Content = slices.DeleteFunc(list.Content, func(n *yaml.Node) bool { return n == node })
		return nil
	})
}

// TestChannel sends a message through a channel, now.
func (a *App) TestChannel(ctx context.Context, name string) error {
	c, err := a.Channels()
	if err != nil {
		return err
	}
	i := slices.IndexFunc(c.Channels, func(c notify.Channel) bool { return c.Name == name })
	if i < 0 {
		return noChannel(name)
	}
	if err := a.SendTest(ctx, &c.Channels[i]); err != nil {
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "渠道“" + name + "”没有发出：" + err.Error(),
			Remedy:  "检查地址、口令和网络",
		}
	}
	return nil
}

// SendTest sends a message through a channel, now; what went wrong is as the
// channel says it.
func (a *App) SendTest(ctx context.Context, c *notify.Channel) error {
	sender := notify.Sender{Now: a.Now}
	return sender.Send(ctx, c, notify.Message{
		Key:     "test-" + strconv.FormatInt(a.Now().UnixNano(), 36),
		Event:   "test",
		Subject: "差评：测试通知",
		Body:    "收到这条通知，说明渠道“" + c.Name + "”可用。",
	})
}

func noChannel(name string) error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "没有渠道“" + chaping.Shorten(name, 40) + "”",
		Remedy:  "刷新页面再选",
	}
}

// editChannels changes the list of channels in the operator's file.
func (a *App) editChannels(edit func(list *yaml.Node) error) error {
	path := a.Path(ChannelsFile)
	data, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "读不出通知配置", Err: err, Remedy: "检查文件权限"}
	}
	var file yaml.Node
	if err := yaml.Unmarshal(data, &file); err != nil {
		return &chaping.InputError{
			File:    ChannelsFile,
			Problem: "读不懂：" + err.Error(),
			Remedy:  "对照自带的 notify.example.yaml 改正",
		}
	}
	if len(file.Content) == 0 || file.Content[0].Kind != yaml.MappingNode {
		file = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode, Tag: "!!map"}}}
	}
	list := member(file.Content[0], "channels")
	if list == nil || list.Kind != yaml.SequenceNode {
		list = &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
		setMember(file.Content[0], "channels", list)
	}
	if err := edit(list); err != nil {
		return err
	}
	var b bytes.Buffer
	enc := yaml.NewEncoder(&b)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&file), enc.Close()); err != nil {
		return err
	}
	if _, err := notify.ReadConfig(ChannelsFile, b.Bytes()); err != nil {
		return err
	}
	return replace(path, b.Bytes())
}

func channelNode(list *yaml.Node, name string) *yaml.Node {
	for _, n := range list.Content {
		if of := member(n, "name"); of != nil && name != "" && of.Value == name {
			return n
		}
	}
	return nil
}

// setText sets a text of a mapping; an empty one is removed when empties are
// meant, and otherwise leaves what is there.
func setText(n *yaml.Node, key, value string, empties bool) {
	old := member(n, key)
	switch {
	case old != nil && value != "" && notify.Expand(old.Value) == value: // as the environment has it
	case value != "":
		setMember(n, key, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: value})
	case empties:
		setMember(n, key, nil)
	}
}

func setList(n *yaml.Node, key string, values []string) {
	if len(values) == 0 {
		setMember(n, key, nil)
		return
	}
	list := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq", Style: yaml.FlowStyle}
	old := member(n, key)
	for _, v := range values {
		if old != nil {
			for _, o := range old.Content {
				if notify.Expand(o.Value) == v { // as the environment has it
					v = o.Value
				}
			}
		}
		list.Content = append(list.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: v})
	}
	setMember(n, key, list)
}
