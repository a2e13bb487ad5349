package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"chaping/store/engine"
)

// version is the release, by the rules of SemVer. It stands here only:
// scripts/version.sh reads it for packages, tags and the change log, and
// buildVersion adds the commit where the build knows it.
const version = "0.1.0"

func (p *program) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "version", Short: "显示版本", Args: noArgs,
		RunE: func(*cobra.Command, []string) error {
			if asJSON {
				return p.printJSON(
					map[string]string{
						"version":  buildVersion(),
						"go":       runtime.Version(),
						"platform": runtime.GOOS + "/" + runtime.GOARCH,
						"engine":   engine.Package,
					},
				)
			}
			_, err := fmt.Fprintf(
				p.out,
				"chaping %s\n%s %s/%s\n内嵌引擎 libchdb %s\n",
				buildVersion(),
				runtime.Version(),
				runtime.GOOS,
				runtime.GOARCH,
				engine.Package,
			)
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "以 JSON 输出")
	return cmd
}

// buildVersion is the version with the commit it was built from, where known.
func buildVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return version
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return version + "+" + s.Value[:12]
		}
	}
	return version
}
