package app

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
	"chaping/station"
)

// A Site is a site profile with what checking it has found.
type Site struct {
	Name     string  `json:"name"`
	Platform string  `json:"platform"`
	Base     string  `json:"base"`
	Own      bool    `json:"own"` // of the data directory, not shipped
	Faults   []error `json:"-"`   // of the profile
	Refusal  error   `json:"-"`   // why it may not be collected yet, although nothing is wrong with it
}

// Sites are the names of all site profiles: the shipped ones, and those in the
// data directory's folder sites.
func (a *App) Sites() []string {
	names := slices.Clone(configs.Names("sites"))
	own, err := filepath.Glob(filepath.Join(a.Path("sites"), "*.yaml"))
	if err != nil {
		return names
	}
	for _, path := range own {
		if name := siteName(path); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// siteName is a profile's name without folder and ending.
func siteName(name string) string {
	return strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
}

// ownSite is the path of a profile in the data directory, "" where it has none
// of that name.
func (a *App) ownSite(name string) string {
	path := a.Path("sites", name+".yaml")
	if _, err := os.Stat(path); err != nil || name != filepath.Base(name) || slices.Contains(configs.Names("sites"), name) {
		return ""
	}
	return path
}

// readSite reads the YAML of a site profile: a shipped one or one of the data
// directory by name, or a file. as is what errors call it.
func (a *App) readSite(name string) (as, text string, err error) {
	if data, err := configs.Files.ReadFile("sites/" + name + ".yaml"); err == nil {
		return name, string(data), nil
	}
	path, as := name, name
	if own := a.ownSite(name); own != "" {
		path, as = own, filepath.Base(own)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", "", &chaping.Error{Code: chaping.CodeInput, Message: "没有这个站点配置：" + name,
			Remedy: "用已有的配置（" + strings.Join(a.Sites(), "、") + "）或写对 YAML 文件的路径"}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, crawler.MaxProfile+1))
	if err != nil {
		return "", "", &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "读不出站点配置 " + name,
			Err:     err,
			Remedy:  "确认给的是文件，并检查权限",
		}
	}
	return as, string(data), nil
}

// SiteProfile reads a site profile: a shipped one or one of the data directory
// by name, or a file. Its error joins all faults.
func (a *App) SiteProfile(name string) (*crawler.Profile, error) {
	as, text, err := a.readSite(name)
	if err != nil {
		return nil, err
	}
	return crawler.LoadProfile(as, strings.NewReader(text))
}

// Faults are the errors that were joined in one.
func Faults(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	return []error{err}
}

// CheckSites checks all site profiles.
func (a *App) CheckSites() []Site {
	var list []Site
	for _, name := range a.Sites() {
		s := Site{Name: name, Own: a.ownSite(name) != ""}
		profile, err := a.SiteProfile(name)
		if err == nil {
			s.Platform, s.Refusal = profile.Platform.Name, profile.MayCrawl()
			if profile.Base != nil {
				s.Base = profile.Base.String()
			}
		} else {
			s.Faults = withoutCredentials(Faults(err))
		}
		list = append(list, s)
	}
	return list
}

// withoutCredentials are faults without what somebody wrote into an address by
// mistake: pages show faults with their values.
func withoutCredentials(faults []error) []error {
	credentials := regexp.MustCompile(`//[^/@\s]*@`)
	for _, fault := range faults {
		var input *chaping.InputError
		if errors.As(fault, &input) {
			input.Value = credentials.ReplaceAllString(input.Value, "//…@")
			input.Problem = credentials.ReplaceAllString(input.Problem, "//…@")
		}
	}
	return faults
}

// TrySite fetches one page as a collection would, or sends a body there, and tells
// what each step of a site profile makes of the answer. The page need not be of the
// profile's site.
func (a *App) TrySite(ctx context.Context, site, address, body string) (crawler.Trial, error) {
	profile, err := a.SiteProfile(site)
	if err == nil {
		profile, err = profile.At(address)
	}
	if err != nil {
		return crawler.Trial{}, err
	}
	return crawler.Try(ctx, profile, address, body, crawler.Options{Version: a.programRelease(), Now: a.Now})
}

// ProposeSite makes a site profile of what a page shows. private lets it connect
// to the page's host although that is on this machine or in the own network:
// only for an address that the person who runs the program has written.
func (a *App) ProposeSite(ctx context.Context, address string, private bool) (crawler.Draft, error) {
	return crawler.Propose(ctx, address, private, crawler.Options{Version: a.programRelease(), Now: a.Now})
}

// programRelease is the program's version as it is told to sites: without the commit.
func (a *App) programRelease() string {
	release, _, _ := strings.Cut(a.Version, "+")
	return release
}

// settings are the administrator's; the zero value where nobody has set any.
func (a *App) settings(ctx context.Context) (station.Settings, error) {
	d, err := a.decisions(ctx)
	if err != nil || d == nil {
		return station.Settings{}, err
	}
	return d.Settings(ctx)
}

// siteAllowed refuses a site profile that the administrator has switched off.
func (a *App) siteAllowed(ctx context.Context, name string) error {
	s, err := a.settings(ctx)
	if err == nil && slices.Contains(s.SitesOff, siteName(name)) {
		err = &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "站点“" + siteName(name) + "”已停用",
			Advice:  chaping.Advice{Code: chaping.AdviceSiteOff},
		}
	}
	return err
}
