package main

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"chaping/store/engine"
)

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
