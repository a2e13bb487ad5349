package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
)

// A SiteText is a site profile as its file has it.
type SiteText struct {
	Name string `json:"name"`
	Text string `json:"text"` // YAML
	Hash string `json:"hash"` // of the text, by which a change of it says what it was made of
	Own  bool   `json:"own"`  // of the data directory, and so to be changed
}

// What trying a profile on a page comes to, and making one of a page.
type (
	SiteTrial = crawler.Trial
	SiteDraft = crawler.Draft
)

// ShippedSites are the names of the profiles that come with the program.
func ShippedSites() []string { return configs.Names("sites") }

// CheckSiteText tells what is wrong with a profile that need not be stored, and why
// it may not be collected yet although nothing is. Shipped ones may say what they
// say.
func (a *App) CheckSiteText(t SiteText) (faults []error, refusal error) {
	profile, err := a.ParseSite(t.Name, t.Text)
	if slices.Contains(ShippedSites(), t.Name) && !t.Own {
		profile, err = a.SiteProfile(t.Name)
	}
	if err != nil {
		return Faults(err), nil
	}
	return nil, profile.MayCrawl()
}

// siteNames are what profiles of the data directory can be called when they are
// written by the program: names of files everywhere, and none that pages use.
var siteNames = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,39}$`)

// NewSite is no name of a site: pages use it for one that is being written.
const NewSite = "new"

func hashOfText(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// SiteText reads a shipped profile, or one of the data directory, by name.
func (a *App) SiteText(name string) (SiteText, error) {
	if !slices.Contains(a.Sites(), name) {
		return SiteText{}, noSite(name)
	}
	_, text, err := a.readSite(name)
	return SiteText{Name: name, Text: text, Hash: hashOfText(text), Own: a.ownSite(name) != ""}, err
}

func noSite(name string) error {
	return &chaping.Error{
		Code:    chaping.CodeInput,
		Message: "没有站点配置“" + chaping.Shorten(name, 40) + "”",
		Remedy:  "刷新页面，从列表中选择",
	}
}

// ParseSite reads what somebody has written as the profile of that name. Which
// hosts may stand in the own network is for those to say who run the machine: a
// profile from elsewhere that names others than the stored one is refused.
func (a *App) ParseSite(name, text string) (*crawler.Profile, error) {
	text = strings.ReplaceAll(text, "\r\n", "\n")
	profile, err := crawler.LoadProfile(name+".yaml", strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	var allowed []string
	if a.ownSite(name) != "" {
		if stored, err := a.SiteProfile(name); err == nil {
			allowed = stored.PrivateHosts
		}
	}
	for _, host := range profile.PrivateHosts {
		if !slices.Contains(allowed, host) {
			return nil, &chaping.InputError{
				File:    name + ".yaml",
				Field:   "private_hosts",
				Value:   chaping.Shorten(host, 60),
				Problem: "在这里不能允许访问本机和内网的地址",
				Remedy:  "去掉 private_hosts（沿用 mall 的写 private_hosts: []）；确需采集内网的，由管理这台机器的人写进数据目录 sites 文件夹里的文件",
			}
		}
	}
	return profile, nil
}

// TrySiteText fetches one page, and tells what each step of a profile makes of it
// that need not be stored.
func (a *App) TrySiteText(ctx context.Context, name, text, address string) (crawler.Trial, error) {
	profile, err := a.ParseSite(name, text)
	if err == nil {
		profile, err = profile.At(address)
	}
	if err != nil {
		return crawler.Trial{}, err
	}
	return crawler.Try(ctx, profile, address, "", crawler.Options{Version: a.programRelease(), Now: a.Now})
}

// PutSite stores a profile without faults in the data directory. base is the hash
// of the text that it was made of, empty for a new profile: where the file says
// something else by now, nothing is stored.
func (a *App) PutSite(name, text, base string) error {
	switch {
	case !siteNames.MatchString(name) || name == NewSite:
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "站点配置的名称“" + chaping.Shorten(name, 40) + "”不能用",
			Remedy:  "用小写英文字母、数字和 -，例如 my-shop",
		}
	case slices.Contains(configs.Names("sites"), name):
		return &chaping.Error{Code: chaping.CodeInput, Message: "自带的站点配置“" + name + "”不能改", Remedy: "另起一个名称"}
	}
	text = strings.ReplaceAll(text, "\r\n", "\n")
	if _, err := a.ParseSite(name, text); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.unchangedSite(name, base); err != nil {
		return err
	}
	return replace(a.Path("sites", name+".yaml"), []byte(text))
}

// RemoveSite removes a profile of the data directory, if it still says what it
// did.
func (a *App) RemoveSite(name, base string) error {
	path := a.ownSite(name)
	if path == "" {
		return noSite(name)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if err := a.unchangedSite(name, base); err != nil {
		return err
	}
	return unwritten(path, os.Remove(path))
}

// unchangedSite is an error unless the file of a profile has that hash; empty:
// there is none.
func (a *App) unchangedSite(name, base string) error {
	now := ""
	data, err := os.ReadFile(a.Path("sites", name+".yaml"))
	switch {
	case err == nil:
		now = hashOfText(string(data))
	case !errors.Is(err, fs.ErrNotExist):
		return unwritten(a.Path("sites", name+".yaml"), err)
	}
	if now == base {
		return nil
	}
	message := "站点配置“" + name + "”刚被别人改过"
	if base == "" {
		message = "已有站点配置“" + name + "”"
	}
	return &chaping.Error{Code: chaping.CodeInput, Message: message, Remedy: "复制你写的内容，打开现在的配置再改"}
}
