package web

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"chaping"
	"chaping/station"
	"chaping/station/notify"
)

// A shownChannel is a notification channel without anything secret.
type shownChannel struct {
	Name        string   `json:"name"`
	Type        string   `json:"type"`
	Target      string   `json:"target"`
	Events      []string `json:"events"`
	Station     string   `json:"station,omitempty"`
	Secret      bool     `json:"signs"`   // there is a secret
	Password    bool     `json:"logs_in"` // there is a password
	Server      string   `json:"server,omitempty"`
	TLS         string   `json:"tls,omitempty"`
	User        string   `json:"user,omitempty"`
	From        string   `json:"from,omitempty"`
	To          []string `json:"to,omitempty"`
	StationName string   `json:"station_name,omitempty"`
}

// channelEvents are what can be sent, in words.
func channelEvents() []choice {
	return choices("urgent", "重要风险信息", "report", "报送表已生成", "reminder", "截止提醒、催报", "bulletin", "通报、反馈、会商", "failure", "失败")
}

func channelTypes() []choice {
	return choices("smtp", "邮件", "wecom", "企业微信", "dingtalk", "钉钉", "feishu", "飞书", "webhook", "自有系统")
}

// nameIn is what a value is called among choices.
func nameIn(list []choice, value string) string {
	for _, c := range list {
		if c.Value == value {
			return c.Name
		}
	}
	return value
}

// TypeName is what its type is called.
func (c shownChannel) TypeName() string { return nameIn(channelTypes(), c.Type) }

// EventNames are what it sends, in words.
func (c shownChannel) EventNames() (names []string) {
	for _, e := range c.Events {
		names = append(names, nameIn(channelEvents(), e))
	}
	if len(names) == 0 {
		return []string{"全部"}
	}
	return names
}

// Empty is the form of a channel that is not there yet.
func (settingsPage) Empty() shownChannel { return shownChannel{} }

// ChannelTypes are what channels there can be, and ChannelEvents what they send.
func (settingsPage) ChannelTypes() []choice { return channelTypes() }

// ChannelEvents are what channels can send.
func (settingsPage) ChannelEvents() []choice { return channelEvents() }

func (q *request) channels() (list []shownChannel, err error) {
	c, err := q.App.Channels()
	if err != nil {
		return nil, err
	}
	_, names, err := q.stationNames()
	if err != nil {
		return nil, err
	}
	for i := range c.Channels {
		ch := &c.Channels[i]
		s := shownChannel{
			Name:     ch.Name,
			Type:     ch.Type,
			Target:   ch.Target(),
			Events:   ch.Events,
			Station:  ch.Station,
			Secret:   ch.Secret != "",
			Password: ch.Password != "",
			Server:   ch.Server,
			TLS:      ch.TLS,
			User:     ch.User,
			From:     ch.From,
			To:       ch.To,
		}
		s.StationName = names[number(ch.Station)]
		list = append(list, s)
	}
	return list, nil
}

// An unsentMessage is a notification that has not gone out.
type unsentMessage struct {
	Channel  string    `json:"channel"`
	Subject  string    `json:"subject"`
	Created  time.Time `json:"created"`
	Attempts int       `json:"attempts"`
	Due      time.Time `json:"due"`             // of the next attempt
	Stopped  bool      `json:"stopped"`         // given up
	Error    string    `json:"error,omitempty"` // of the last attempt
}

// shownMessages is how many of them a page lists.
const shownMessages = 20

func (q *request) unsentMessages() (list []unsentMessage, err error) {
	messages, err := q.Station.Outbox(q.ctx, false, shownMessages)
	for _, m := range messages {
		name := m.Channel
		if name == station.ToCentre {
			name = "研究中心"
		}
		list = append(list, unsentMessage{name, m.Subject, m.Created, m.Attempts, m.Due, m.Stopped, m.Error})
	}
	return list, err
}

// channelSave stores a notification channel, or removes it.
func (q *request) channelSave() error {
	c := notify.Channel{
		Name:     q.form("name"),
		Type:     q.form("type"),
		Events:   q.list("events"),
		URL:      q.form("url"),
		Secret:   q.form("secret"),
		Server:   q.form("server"),
		TLS:      q.form("tls"),
		User:     q.form("user"),
		Password: q.form("password"),
		From:     q.form("from"),
		To:       textLines(q.form("to")),
	}
	if id := number(q.form("station")); id != 0 {
		c.Station = strconv.FormatInt(id, 10)
	}
	was := q.form("was")
	q.act.Object, q.act.Detail = "渠道“"+chaping.Shorten(c.Name, 40)+"”", nameIn(channelTypes(), c.Type)
	message := "渠道“" + c.Name + "”已保存，可以试发一条"
	var err error
	if q.form("remove") != "" {
		q.act.Detail, message = "删除", "渠道“"+was+"”已删除"
		err = q.App.RemoveChannel(was)
	} else {
		err = q.App.PutChannel(was, c)
	}
	if f, ok := told(err); ok {
		return q.settingsForm(http.StatusUnprocessableEntity, nil, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/settings#channels", message)
}

// channelTest sends a message through a channel.
func (q *request) channelTest() error {
	name := q.form("name")
	q.act.Object = "渠道“" + chaping.Shorten(name, 40) + "”"
	err := q.App.TestChannel(q.ctx, name)
	if f, ok := told(err); ok {
		return q.settingsForm(http.StatusUnprocessableEntity, nil, f)
	}
	if err != nil {
		return err
	}
	return q.redirect("/settings#channels", "渠道“"+name+"”已发出一条测试通知")
}

// textLines are the lines of a text area, without blank ones.
func textLines(text string) (list []string) {
	for line := range strings.SplitSeq(text, "\n") {
		if line = strings.TrimSpace(line); line != "" {
			list = append(list, line)
		}
	}
	return list
}
