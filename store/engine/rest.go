package engine

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"

	"golang.org/x/sys/unix"
)

// Rest gives memory back that starting took and idling does not need: garbage,
// and the pages of the library, which the loader and the engine read once. What
// is needed again comes back from the page cache. Where the system does not know
// how, nothing happens.
func Rest() {
	debug.FreeOSMemory()
	path, err := Locate()
	if err != nil {
		return
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		return
	}
	maps, err := os.Open("/proc/self/smaps")
	if err != nil {
		return
	}
	defer maps.Close()
	var from, to uintptr
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		line := lines.Text()
		var begin, end uintptr
		var mode string
		if _, err := fmt.Sscanf(line, "%x-%x %s", &begin, &end, &mode); err == nil {
			from, to = begin, end
			if !strings.HasSuffix(line, " "+path) || strings.Contains(mode, "w") {
				from, to = 0, 0
			}
		}
		// Pages that were written, as the loader does before it makes them read-only,
		// have no copy in the file: a mapping that has one is left alone.
		if fields := strings.Fields(line); to > 0 && len(fields) == 3 && fields[0] == "Anonymous:" && fields[1] == "0" {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_DONTNEED)
		}
	}
}
