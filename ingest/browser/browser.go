// Package browser finds the Chromium that renders pages for the crawler and
// prints the guide.
package browser

import (
	"os"
	"os/exec"
)

// Variable is the environment variable that names the browser to use.
const Variable = "CHAPING_BROWSER"

// names are those under which it stands in PATH, the first found to be used.
func names() []string {
	if name := os.Getenv(Variable); name != "" {
		return []string{name}
	}
	return []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge",
		"microsoft-edge"}
}

// Find is the path of the browser; "" if there is none.
func Find() string {
	for _, name := range names() {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}
