package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
)

type submitOptions struct {
	to, tokenFile string
	period, form  string
	name          string
	version       int
}

func (p *program) submitCommand() *cobra.Command {
	var o submitOptions
	cmd := &cobra.Command{
		Use: "submit", Short: "把冻结的报送表报送到研究中心", Args: noArgs,
		Long: "把一份冻结的报送表发到研究中心的 chaping，直到对方收下或拒收：没送到的由 chaping serve、chaping schedule run\n" +
			"或 chaping notify send 自动重试（1、2、4……分钟，最长一小时）。重复报送得到同一张回执，不会多出一份。\n" +
			"第一次用 --to 写研究中心的地址，并用 --token-file 或环境变量 CHAPING_CENTRE_TOKEN 给出研究中心发给本站的令牌；\n" +
			"两者存入数据目录，以后不必再写。令牌只用来签名，不会发出。",
		Example: "  chaping submit --to https://centre.example --token-file 令牌.txt --period 2026-11\n  chaping submit --period 2026-11",
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runSubmit(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.to, "to", "", "研究中心的地址，https://主机[:端口]")
	f.StringVar(&o.tokenFile, "token-file", "", "存放令牌的文件（环境变量 CHAPING_CENTRE_TOKEN）")
	f.StringVar(&o.period, "period", "", "报送期，如 2026-11")
	f.StringVar(&o.form, "form", "platform", "报表：platform 电商平台，association 行业组织、检验检测机构")
	f.StringVar(&o.name, "name", "", "监测任务的名称，按任务分别出表时写明；association 为监测站的名称，不写为本站")
	f.IntVar(&o.version, "version", 0, "冻结的版本，不写为最后一版")
	return cmd
}

func (p *program) runSubmit(ctx context.Context, o submitOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	token := os.Getenv("CHAPING_CENTRE_TOKEN")
	if o.tokenFile != "" {
		data, err := os.ReadFile(o.tokenFile)
		if err != nil {
			return &chaping.Error{
				Code:    chaping.CodeInput,
				Message: "读不出 --token-file 的文件",
				Err:     err,
				Remedy:  "检查路径和读取权限",
			}
		}
		token = string(bytes.TrimSpace(data))
	}
	return p.withStation(ctx, func(d *station.DB) error {
		centre, err := d.Centre(ctx)
		if err != nil {
			return err
		}
		if o.to != "" || token != "" && token != centre.Token {
			if o.to != "" {
				centre.URL = o.to
			}
			if err := d.SetCentre(ctx, station.Centre{URL: centre.URL, Token: token}); err != nil {
				return err
			}
		}
		if o.to == "" && centre.URL == "" {
			return &chaping.Error{
				Code:    chaping.CodeUsage,
				Message: "还没有研究中心的地址",
				Advice:  chaping.Advice{Code: chaping.AdviceCentre},
			}
		}
		sheet, err := ownSheet(ctx, d, period.String(), o)
		if err != nil {
			return err
		}
		done, err := p.app.Submit(ctx, sheet)
		if err != nil {
			return err
		}
		push := done.Push
		switch {
		case push.Error == "" && push.Accepted():
			fmt.Fprintf(
				p.out,
				"%s 期%s第 %d 版：研究中心已于 %s 收到，回执 %d 号\n",
				sheet.Period,
				strings.TrimSpace(" "+sheet.Name+" "),
				sheet.Version,
				push.Received.Format(chaping.Minute),
				push.Receipt,
			)
			return nil
		case push.Stopped:
			return &chaping.Error{Code: chaping.CodeInput, Message: push.Error, Remedy: "按原因改正后再报送"}
		}
		return &chaping.Error{
			Code:    chaping.CodePartial,
			Message: "还没有送到：" + push.Error,
			Remedy:  "已记下，稍后自动重试，不必再报送；查看：chaping notify outbox",
		}
	})
}

// ownSheet is the frozen version to be handed in: counted from reviews, or
// filled in by a station, the home station where none is named.
func ownSheet(ctx context.Context, d *station.DB, period string, o submitOptions) (station.Sheet, error) {
	form := chaping.Form(o.form)
	if form == chaping.FormPlatform {
		return d.Sheet(ctx, form, period, o.name, o.version)
	}
	of, _, err := d.Home(ctx)
	if o.name != "" {
		of, err = d.Named(ctx, o.name)
	}
	if err != nil {
		return station.Sheet{}, err
	}
	return d.SheetOf(ctx, form, period, of.ID, o.version)
}
