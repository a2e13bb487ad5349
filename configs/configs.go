// Package configs holds the configuration that is shipped with the program.
package configs

import (
	"embed"
	"io/fs"
	"path"
	"strings"
)

// Files are the shipped files: sites/*.yaml are site profiles for the
// crawler, import/*.yaml mapping profiles for the importer, urgent.yaml the
// rules that suggest urgent reports, schedule.yaml the jobs of the scheduler.
//
//go:embed sites/*.yaml import/*.yaml urgent.yaml schedule.yaml
var Files embed.FS

// Names lists the profiles in a folder of Files, without their ending.
func Names(folder string) []string {
	files, _ := fs.Glob(Files, folder+"/*.yaml") // the pattern is well-formed
	for i, f := range files {
		files[i] = strings.TrimSuffix(path.Base(f), ".yaml")
	}
	return files
}
