package oidc

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"chaping"
)

func TestConfig(t *testing.T) {
	t.Setenv("CHAPING_OIDC_SECRET", "s3cret")
	example, err := os.ReadFile(filepath.Join("..", "..", "configs", "oidc.example.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	c, err := ReadConfig(File, example)
	if err != nil || c.ClientSecret != "s3cret" || c.Claim != "email" || c.Accounts["zhang.san@example.com"] != "zhang" || c.Create {
		t.Errorf("the example: %+v, %v", c, err)
	}
	// What stands there as a comment is good, too.
	all := strings.NewReplacer("#roles", "roles", "#  risk", "  risk", "#create", "create", "#station", "station").Replace(string(example))
	c, err = ReadConfig(File, []byte(all))
	if err != nil || !c.Create || c.Station != 10 || len(c.Roles["risk-admin"]) != 2 {
		t.Errorf("the whole example: %+v, %v", c, err)
	}

	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const good = "name: 认证\nissuer: https://sso.example.com\nclient_id: chaping\n"
	if c, err := ReadConfig(File, []byte(good+"client_secret_file: "+secret)); err != nil || c.ClientSecret != "from a file" {
		t.Errorf("%+v, %v", c, err)
	}
	for text, want := range map[string]struct {
		line  int
		field string
		says  string
	}{
		"name: 认证\nissuer: https://sso.example.com\n":                                 {0, "client_id", "没有写"},
		"name: 认证\nissuer: http://sso.example.com\nclient_id: c\n":                    {2, "issuer", "不是 https 地址"},
		"name: 认证\nissuer: https://u:p@sso.example.com\nclient_id: c\n":               {2, "issuer", "不是 https 地址"},
		good + "client_secret: in plain sight\n":                                      {4, "client_secret", "把密钥写进了文件"},
		good + "client_secret: ${CHAPING_NO_SUCH}\n":                                  {4, "client_secret", "环境变量没有设置"},
		good + "client_secret_file: /nowhere/at/all\n":                                {4, "client_secret_file", "读不出密钥文件"},
		good + "client_secret: ${CHAPING_OIDC_SECRET}\nclient_secret_file: " + secret: {5, "client_secret_file", "不能都写"},
		good + "roles_claim: groups\n":                                                {0, "roles", "要一起写"},
		good + "roles_claim: groups\nroles:\n  x: [root]\n":                           {5, "roles", "角色不存在"},
		good + "create: true\n":                                                       {4, "create", "给什么角色"},
		good + "second_factor: never\n":                                               {4, "second_factor", "不认识"},
		good + "secret: x\n":                                                          {0, "", "读不懂"},
		"- a list":                                                                    {0, "", "读不懂"},
		"":                                                                            {0, "name", "没有写"},
		good + "accounts: {a@b.c: [not, a, name]}\n":                                  {0, "", "读不懂"},
		good + "station: first\n":                                                     {0, "", "读不懂"},
		good + "roles_claim: groups\nroles: {x: [admin]}\nscopes: [email]\nclaim: [a, b]\n": {0, "", "读不懂"},
	} {
		_, err := ReadConfig(File, []byte(text))
		var input *chaping.InputError
		if !errors.As(err, &input) || input.Line != want.line || input.Field != want.field || !strings.Contains(input.Problem, want.says) || input.Remedy == "" {
			t.Errorf("%q: %v", text, err)
		}
		if err != nil && strings.Contains(err.Error(), "in plain sight") {
			t.Error("the secret is told:", err)
		}
	}
}
