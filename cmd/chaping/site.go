package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"

	"chaping"
	"chaping/configs"
	"chaping/crawler"
)

// readSite reads the YAML of a shipped site profile by name, or of a file.
func readSite(name string) (as, text string, err error) {
	if data, err := configs.Files.ReadFile("sites/" + name + ".yaml"); err == nil {
		return name, string(data), nil
	}
	f, err := os.Open(name)
	if err != nil {
		return "", "", &chaping.Error{Code: chaping.CodeInput, Message: "没有这个站点配置：" + name, Remedy: "用自带配置（" + strings.Join(configs.Names("sites"), "、") + "）或写对 YAML 文件的路径"}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, crawler.MaxProfile+1))
	if err != nil {
		return "", "", &chaping.Error{Code: chaping.CodeInput, Message: "读不出站点配置 " + name, Err: err, Remedy: "确认给的是文件，并检查权限"}
	}
	return name, string(data), nil
}

// loadSite reads a site profile.
func loadSite(name string) (*crawler.Profile, error) {
	as, text, err := readSite(name)
	if err != nil {
		return nil, err
	}
	return crawler.LoadProfile(as, strings.NewReader(text))
}

// siteName is a profile's name without folder and ending.
func siteName(name string) string {
	return strings.TrimSuffix(filepath.Base(name), filepath.Ext(name))
}
