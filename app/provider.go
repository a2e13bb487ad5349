package app

import (
	"errors"
	"io/fs"
	"os"

	"chaping"
	"chaping/station/oidc"
)

// IdentityProvider is the identity provider by which people may log in, as the
// operator's file says; nil where there is none.
func (a *App) IdentityProvider() (*oidc.Config, error) {
	path := a.Path(oidc.File)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "读不出登录配置", Err: err, Remedy: "检查文件权限"}
	}
	return oidc.ReadConfig(path, data)
}
