package crawler_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"chaping/demo/mall"
)

// BenchmarkMemory collects in a process of its own, with the queue in SQLite,
// and tells how much memory that process holds after 10,000 pages and how
// much at the end of the longest of its runs. A million pages take minutes:
//
//	go test ./crawler -run '^$' -bench Memory/1000000 -benchtime 1x
func BenchmarkMemory(b *testing.B) {
	const perProduct = 38 // pages, about
	for _, pages := range []int{20_000, 200_000, 1_000_000} {
		b.Run(strconv.Itoa(pages), func(b *testing.B) {
			for b.Loop() {
				tr := &trap{}
				m, base := serve(b, mall.Config{Seed: 23, Products: pages / perProduct, ReviewsPerProduct: 600, Fault: tr.spring})
				config, err := json.Marshal(victim{Base: base, SQLite: filepath.Join(b.TempDir(), "frontier.db"), Keywords: m.Keywords(), Window: m.Window(), Run: "memory", Workers: parallel, Concurrency: parallel})
				if err != nil {
					b.Fatal(err)
				}
				cmd := exec.Command(os.Args[0])
				cmd.Env = append(os.Environ(), victimVariable+"="+string(config))
				cmd.Stderr = os.Stderr
				exited := make(chan error, 1)
				reached := tr.arm(10_000)
				if err := cmd.Start(); err != nil {
					b.Fatal(err)
				}
				go func() { exited <- cmd.Wait() }()
				first, last := 0, 0
				for ended := false; !ended; {
					select {
					case <-reached:
						now := resident(b, cmd.Process.Pid)
						if first == 0 {
							first = now
						}
						last = now
						reached = tr.arm(5_000)
					case err := <-exited:
						if err != nil {
							b.Fatal(err)
						}
						ended = true
					}
				}
				b.ReportMetric(float64(tr.count.Load()), "pages")
				b.ReportMetric(float64(first)/1024, "MB-after-10000")
				b.ReportMetric(float64(last)/1024, "MB-at-end")
			}
		})
	}
}

// resident is the memory that a process holds, in KB.
func resident(b *testing.B, pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Skipf("the memory of a process is only known on Linux: %v", err)
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb, err := strconv.Atoi(strings.Fields(rest)[0])
			if err != nil {
				b.Fatal(err)
			}
			return kb
		}
	}
	b.Fatal("no VmRSS in /proc")
	return 0
}
