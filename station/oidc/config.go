// Package oidc lets people log in to the portal by an identity provider, with
// OpenID Connect: the authorization code flow with PKCE, state and nonce.
//
//	login page ─▶ Begin ─▶ provider: who are you? ─▶ Finish ─▶ station.Identity ─▶ station.LoginAs
//	                 └── Attempt, kept by the browser ──┘
//
// What the provider says is checked here; which account that is, and whether
// it may come in, the station decides. Nothing is asked of the provider before
// somebody wants to log in by it, so that the portal starts and passwords go on
// while it is away.
package oidc

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
	"chaping/station"
	"chaping/station/notify"
)

// File is the file of the data directory that says which provider there is.
const File = "oidc.yaml"

// Config is the file oidc.yaml.
type Config struct {
	Name         string   // of the provider, as the login page calls it
	Issuer       string   // its address
	ClientID     string   `yaml:"client_id"`
	ClientSecret string   `yaml:"client_secret"` // ${NAME}, an environment variable
	SecretFile   string   `yaml:"client_secret_file"`
	Scopes       []string // besides openid

	// Claim is what of the person finds the account the first time: email
	// (default), preferred_username, sub or another. Accounts says which login
	// name a value belongs to, where they are not the same.
	Claim    string
	Accounts map[string]string

	// Roles says which roles the values of RolesClaim give. With it, every
	// login gives the account these roles.
	RolesClaim string `yaml:"roles_claim"`
	Roles      map[string][]station.Role
	Create     bool  // makes accounts, with these roles
	Station    int64 // of accounts that need one and have none

	// SecondFactor says what an account with an authenticator needs besides:
	// account (default): that the provider says there was a second factor;
	// provider: nothing, the provider sees to it.
	SecondFactor string `yaml:"second_factor"`
}

// ReadConfig reads a configuration.
func ReadConfig(name string, data []byte) (*Config, error) {
	const example = "对照 configs/oidc.example.yaml 改正"
	var c Config
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&c); err != nil && err != io.EOF {
		return nil, &chaping.InputError{
			File:    name,
			Problem: "登录配置读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "),
			Remedy:  example,
		}
	}
	fault := func(field, value, problem, remedy string) (*Config, error) {
		return nil, &chaping.InputError{
			File:    name,
			Line:    lineOf(data, field),
			Field:   field,
			Value:   value,
			Problem: problem,
			Remedy:  remedy,
		}
	}
	for _, f := range []struct{ field, value string }{{"name", c.Name}, {"issuer", c.Issuer}, {"client_id", c.ClientID}} {
		if f.value == "" {
			return fault(f.field, "", "没有写", example)
		}
	}
	if !safe(c.Issuer) {
		return fault("issuer", c.Issuer, "不是 https 地址", "写身份提供方的地址，例如 https://sso.example.com；只有本机的可以用 http")
	}
	if c.ClientSecret != "" && c.SecretFile != "" {
		return fault("client_secret_file", c.SecretFile, "与 client_secret 不能都写", "只写一个")
	}
	if c.ClientSecret != "" {
		secret := notify.Expand(c.ClientSecret)
		if secret == c.ClientSecret {
			return fault("client_secret", "", "把密钥写进了文件", "写成 ${环境变量名}，或者用 client_secret_file 指明密钥文件")
		}
		if secret == "" {
			return fault("client_secret", c.ClientSecret, "环境变量没有设置", "设置该环境变量后重试")
		}
		c.ClientSecret = secret
	}
	if c.SecretFile != "" {
		secret, err := os.ReadFile(c.SecretFile)
		if err != nil {
			return fault("client_secret_file", c.SecretFile, "读不出密钥文件", "检查路径和权限："+err.Error())
		}
		if c.ClientSecret = strings.TrimSpace(string(secret)); c.ClientSecret == "" {
			return fault("client_secret_file", c.SecretFile, "密钥文件是空的", "把身份提供方给的密钥写进去")
		}
	}
	if c.Claim == "" {
		c.Claim = "email"
	}
	if c.Scopes == nil {
		c.Scopes = []string{"profile", "email"}
	}
	if (c.RolesClaim == "") != (len(c.Roles) == 0) {
		return fault("roles", "", "roles 和 roles_claim 要一起写", example)
	}
	for value, roles := range c.Roles {
		for _, r := range roles {
			if !slices.Contains(station.Roles(), r) {
				return fault("roles", string(r), "“"+value+"”的角色不存在", "用 platform、association、centre、bureau、admin")
			}
		}
	}
	if c.Create && c.RolesClaim == "" {
		return fault("create", "true", "自动建立账号要知道给什么角色", "写上 roles_claim 和 roles，或去掉 create")
	}
	switch c.SecondFactor {
	case "":
		c.SecondFactor = "account"
	case "account", "provider":
	default:
		return fault("second_factor", c.SecondFactor, "不认识", "用 account 或 provider")
	}
	return &c, nil
}

// safe tells whether what goes to the address cannot be read on the way.
func safe(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback())
}

// lineOf is where a key stands, 0 where it does not.
func lineOf(data []byte, key string) int {
	var file yaml.Node
	if yaml.Unmarshal(data, &file) != nil || len(file.Content) == 0 {
		return 0
	}
	keys := file.Content[0].Content
	for i := 0; i+1 < len(keys); i += 2 {
		if keys[i].Value == key {
			return keys[i].Line
		}
	}
	return 0
}

// rolesOf are the roles that the values of the claim give, in the order of
// station.Roles.
func (c *Config) rolesOf(values []string) ([]station.Role, error) {
	if c.RolesClaim == "" {
		return nil, nil
	}
	var roles []station.Role
	for _, r := range station.Roles() {
		if slices.ContainsFunc(values, func(v string) bool { return slices.Contains(c.Roles[v], r) }) {
			roles = append(roles, r)
		}
	}
	if len(roles) == 0 {
		return nil, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("%s没有给您使用本门户的角色", c.Name),
			Remedy:  "请管理" + c.Name + "的人加入相应的组",
		}
	}
	return roles, nil
}
