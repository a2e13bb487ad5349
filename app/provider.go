package app

import (
	"chaping/station/oidc"
)

// IdentityProvider is the identity provider by which people may log in, as the
// operator's file says; nil where there is none.
func (a *App) IdentityProvider() (*oidc.Config, error) {
	return written(a, oidc.File, "登录配置", oidc.ReadConfig)
}
