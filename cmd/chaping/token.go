package main

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/station"
)

func (p *program) tokenCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "token",
		Short: "接口的令牌",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "别的程序用令牌经接口办页面上的事（chaping serve --openapi 打印接口说明）。令牌属于一个角色和监测站，只能做范围里的事：\n" +
			"read 读取，write 办理，submit 报送，admin 管理。令牌只在新建时显示一次，只存 sha256。",
	}
	cmd.AddCommand(p.tokenAddCommand(), p.tokenListCommand(), p.tokenRevokeCommand())
	return cmd
}

func (p *program) tokenAddCommand() *cobra.Command {
	var (
		role, of string
		scopes   []string
		days     int
	)
	cmd := &cobra.Command{Use: "add 名称", Short: "新建令牌；令牌打印到标准输出",
		Example: "  chaping token add 拼多多报送 --role platform --station '上海寻梦信息技术有限公司（拼多多）' --scope submit > 令牌.txt",
		Args:    exactly(1, "要写一个名称，说明给哪个程序用"),
		RunE: func(cmd *cobra.Command, args []string) error {
			t := station.Token{
				Name:    args[0],
				Role:    station.Role(role),
				By:      operator(),
				Expires: p.now().AddDate(0, 0, days),
			}
			for _, s := range scopes {
				t.Permits = append(t.Permits, station.Permit(s))
			}
			return p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				if of != "" {
					if t.Station, err = stationNamed(cmd.Context(), d, of); err != nil {
						return err
					}
				}
				t, text, err := d.AddToken(cmd.Context(), t)
				if err != nil {
					return err
				}
				remedy := fmt.Sprintf("运行 chaping token revoke %d 停用它，再新建一个", t.ID)
				if err := p.shownOnce(remedy, "%s\n", text); err != nil {
					return err
				}
				fmt.Fprintf(p.err, "令牌 %d“%s”已建立，有效到 %s。只显示这一次，请妥善保存。\n", t.ID, t.Name, t.Expires.Format("2006-01-02"))
				return nil
			})
		}}
	f := cmd.Flags()
	f.StringVar(&role, "role", "", "角色：platform、association、centre、bureau、admin")
	f.StringVar(&of, "station", "", "所属监测站的名称")
	f.StringSliceVar(&scopes, "scope", nil, "范围，可写多个：read、write、submit、admin")
	f.IntVar(&days, "days", 365, "有效天数，最多两年")
	return cmd
}

func (p *program) tokenListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list",
		Short: "列出令牌（令牌本身不显示）",
		Args:  noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var list []station.Token
			names := map[int64]string{}
			err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
				if list, err = d.Tokens(cmd.Context()); err != nil {
					return err
				}
				stations, err := d.Stations(cmd.Context(), station.Everything())
				for _, s := range stations {
					names[s.ID] = s.Name
				}
				return err
			})
			if err != nil {
				return err
			}
			return printList(p, asJSON, list, "还没有令牌。用 chaping token add 新建。", func(w io.Writer) {
				fmt.Fprintln(w, "编号\t名称\t角色\t监测站\t范围\t上次使用\t有效期至\t状态")
				for _, t := range list {
					var scopes []string
					for _, s := range t.Permits {
						scopes = append(scopes, s.Chinese())
					}
					used, state := "—", "有效"
					if t.Used != nil {
						used = t.Used.Format(chaping.Minute)
					}
					switch {
					case t.Revoked != nil:
						state = "已停用"
					case !t.Valid(p.now()):
						state = "已过期"
					}
					fmt.Fprintf(
						w,
						"%d\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
						t.ID,
						t.Name,
						t.Role.Chinese(),
						names[t.Station],
						strings.Join(scopes, "、"),
						used,
						t.Expires.Format("2006-01-02"),
						state,
					)
				}
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) tokenRevokeCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "revoke 编号",
		Short: "停用令牌，立即生效",
		Args:  exactly(1, "要写一个编号（见 chaping token list）"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := strconv.ParseInt(args[0], 10, 64)
			if err != nil {
				return usage("编号“%s”不是数字", chaping.Shorten(args[0], 20))
			}
			return p.withStation(cmd.Context(), func(d *station.DB) error {
				t, err := d.RevokeToken(cmd.Context(), id)
				if err == nil {
					fmt.Fprintf(p.out, "令牌 %d“%s”已停用\n", t.ID, t.Name)
				}
				return err
			})
		},
	}
}
