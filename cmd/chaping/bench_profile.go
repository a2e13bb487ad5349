package main

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
)

// stage does a part of the bench that is measured. With --profile it writes what
// the processors did meanwhile (NAME.cpu), and what had been allocated before it
// and after it: "go tool pprof -base NAME.allocs-before NAME.allocs" is what it
// allocated. The engine's own work has no names in it: runtime._ExternalCode. A
// stage without a name is only measured.
func (b *bench) stage(name string, do func() error) (took spent, err error) {
	if b.profile == "" || name == "" {
		stop := stopwatch()
		err = do()
		return stop(), err
	}
	path := func(kind string) string { return filepath.Join(b.profile, name+"."+kind) }
	if err := writeAllocations(path("allocs-before")); err != nil {
		return took, err
	}
	f, err := os.Create(path("cpu"))
	if err != nil {
		return took, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if err := pprof.StartCPUProfile(f); err != nil {
		return took, err
	}
	stop := stopwatch()
	err = do()
	took = stop()
	pprof.StopCPUProfile()
	return took, errors.Join(err, writeAllocations(path("allocs")))
}

// writeAllocations writes what has been allocated so far.
func writeAllocations(file string) (err error) {
	f, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	runtime.GC() // or the last of it is missing
	return pprof.Lookup("allocs").WriteTo(f, 0)
}
