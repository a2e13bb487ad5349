package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"chaping/station"
)

func (p *program) accountCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use:   "account",
		Short: "门户的账号",
		Args:  noArgs,
		RunE:  func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Long: "账号没有默认密码：新建和重置都得到一个一次性链接的路径，由本人打开设密码。\n" +
			"角色：platform 平台监测站，association 行业组织、检验检测机构监测站，centre 研究中心，bureau 市场监管局（只读），admin 管理员。",
	}
	cmd.AddCommand(p.accountAddCommand(), p.accountListCommand(), p.accountResetCommand())
	return cmd
}

func (p *program) accountAddCommand() *cobra.Command {
	var (
		a       station.Account
		roles   []string
		station string
	)
	cmd := &cobra.Command{Use: "add 登录名", Short: "新建账号",
		Example: "  chaping account add zhang --person 张三 --role platform --station 上海某某信息技术有限公司",
		Args:    exactly(1, "要写一个登录名"),
		RunE: func(cmd *cobra.Command, args []string) error {
			a.Name = args[0]
			return p.runAccountAdd(cmd, a, roles, station)
		}}
	f := cmd.Flags()
	f.StringVar(&a.Person, "person", "", "姓名")
	f.StringSliceVar(&roles, "role", nil, "角色，可写多个")
	f.StringVar(&station, "station", "", "所属监测站的名称")
	return cmd
}

func (p *program) runAccountAdd(cmd *cobra.Command, a station.Account, roles []string, name string) error {
	for _, r := range roles {
		a.Roles = append(a.Roles, station.Role(r))
	}
	return p.withStation(cmd.Context(), func(d *station.DB) error {
		if name != "" {
			var err error
			if a.Station, err = stationNamed(cmd.Context(), d, name); err != nil {
				return err
			}
		}
		added, link, err := d.AddAccount(cmd.Context(), a)
		if err != nil {
			return err
		}
		return p.shownOnce("账号已建立；运行 chaping account reset "+added.Name+" 得到新的链接",
			"账号 %s 已建立。把门户地址加上下面的路径交给本人设密码（72 小时内有效，只能用一次）：\n  /setup/%s\n", added.Name, link)
	})
}

func (p *program) accountListCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{Use: "list", Short: "列出账号", Args: noArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		var list []station.Account
		err := p.withStation(cmd.Context(), func(d *station.DB) (err error) {
			list, err = d.Accounts(cmd.Context())
			return err
		})
		if err != nil {
			return err
		}
		return printList(p, asJSON, list, "还没有账号。运行 chaping serve，打开它打印的链接建立第一个。", func(w io.Writer) {
			fmt.Fprintln(w, "登录名\t姓名\t角色\t状态")
			for _, a := range list {
				var roles []string
				for _, r := range a.Roles {
					roles = append(roles, r.Chinese())
				}
				state := "正常"
				switch {
				case a.Disabled:
					state = "已停用"
				case !a.Ready:
					state = "还没有设密码"
				}
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", a.Name, a.Person, strings.Join(roles, "、"), state)
			}
		})
	}}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) accountResetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "reset 登录名",
		Short: "重置密码：原密码、验证器和登录立即失效",
		Args:  exactly(1, "要写一个登录名"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.withStation(cmd.Context(), func(d *station.DB) error {
				a, err := d.Account(cmd.Context(), args[0], 0)
				if err != nil {
					return err
				}
				link, err := d.ResetAccount(cmd.Context(), a.ID)
				if err != nil {
					return err
				}
				return p.shownOnce("账号已重置；再运行一次 chaping account reset "+a.Name+" 得到新的链接",
					"账号 %s 已重置。把门户地址加上下面的路径交给本人设密码（72 小时内有效，只能用一次）：\n  /setup/%s\n", a.Name, link)
			})
		},
	}
}
