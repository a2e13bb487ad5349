package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"unsafe"

	"github.com/ebitengine/purego"

	"chaping"
)

const (
	// Package is the pinned version of the npm packages @chdb/lib-* that
	// carry the library.
	Package = "26.7.3-stable.1"

	// version is what the library of that package calls itself.
	// (SELECT version() names the ClickHouse it was built from, 26.7.2.1.)
	version = "26.7.3"
)

// Locate is the path of the engine library: the file that CHAPING_ENGINE
// names, else the place in the user's cache where `make engine` puts the
// pinned version, else the one that came with an installed program, in
// lib/chaping beside the folder that the program stands in. The file need not
// exist.
func Locate() (string, error) {
	if path := os.Getenv("CHAPING_ENGINE"); path != "" {
		return path, nil
	}
	name := "libchdb.so"
	if runtime.GOOS == "darwin" {
		name = "libchdb.dylib"
	}
	cache, err := os.UserCacheDir() // a service may have no home
	cached := filepath.Join(cache, "chaping", "engine", Package, name)
	if err == nil && exists(cached) {
		return cached, nil
	}
	if program, err := os.Executable(); err == nil {
		if program, err = filepath.EvalSymlinks(program); err == nil {
			installed := filepath.Join(filepath.Dir(program), "..", "lib", "chaping", name)
			if exists(installed) {
				return installed, nil
			}
		}
	}
	if err != nil {
		return "", &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "找不到用户缓存目录，无法确定内置引擎的位置",
			Remedy:  "设置环境变量 HOME，或用环境变量 CHAPING_ENGINE 指明引擎库文件",
			Err:     err,
		}
	}
	return cached, nil
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// unusable is the error for a library that is missing, damaged or of another
// version.
func unusable(path, problem string, cause error) error {
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: fmt.Sprintf("内置引擎不可用：%s %s", path, problem),
		Remedy:  "在源码目录运行 make engine 下载 " + Package + " 版引擎，或用环境变量 CHAPING_ENGINE 指明该版本的库文件",
		Err:     cause,
	}
}

// A library is the C interface of libchdb as far as it is used here. The
// names are those of chdb.h. Handles are C pointers into which Go never looks.
type library struct {
	connect       func(argc int32, argv **byte) *unsafe.Pointer
	closeConn     func(conn *unsafe.Pointer)
	query         func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr) unsafe.Pointer
	streamQuery   func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr) unsafe.Pointer
	streamFetch   func(conn, stream unsafe.Pointer) unsafe.Pointer
	streamCancel  func(conn, stream unsafe.Pointer)
	insert        func(conn unsafe.Pointer, sql *byte, sqlLen uintptr, format *byte, formatLen uintptr) unsafe.Pointer
	insertAppend  func(insert unsafe.Pointer, data *byte, n uintptr) int32
	insertDone    func(insert unsafe.Pointer) unsafe.Pointer
	insertError   func(insert unsafe.Pointer) string
	insertDestroy func(insert unsafe.Pointer)
	resultBuffer  func(result unsafe.Pointer) *byte
	resultLength  func(result unsafe.Pointer) uintptr
	resultError   func(result unsafe.Pointer) string
	resultDestroy func(result unsafe.Pointer)
}

// load opens the library. A process that loads it twice gets the same copy;
// it is never unloaded, for its threads outlive the last connection.
func load(path string) (*library, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, unusable(path, "不存在", nil)
	} else if err != nil {
		return nil, unusable(path, "无法读取", err)
	}
	handle, err := purego.Dlopen(path, purego.RTLD_NOW|purego.RTLD_LOCAL)
	if err != nil {
		return nil, unusable(path, "无法加载", err)
	}
	var (
		lib               library
		getVersion        func() string
		setSignalHandlers func(enabled int32)
	)
	for name, fn := range map[string]any{
		"chdb_version":                     &getVersion,
		"chdb_set_signal_handlers_enabled": &setSignalHandlers,
		"chdb_connect":                     &lib.connect,
		"chdb_close_conn":                  &lib.closeConn,
		"chdb_query_n":                     &lib.query,
		"chdb_stream_query_n":              &lib.streamQuery,
		"chdb_stream_fetch_result":         &lib.streamFetch,
		"chdb_stream_cancel_query":         &lib.streamCancel,
		"chdb_stream_insert_n":             &lib.insert,
		"chdb_stream_append":               &lib.insertAppend,
		"chdb_stream_done":                 &lib.insertDone,
		"chdb_stream_insert_error":         &lib.insertError,
		"chdb_destroy_insert_stream":       &lib.insertDestroy,
		"chdb_result_buffer":               &lib.resultBuffer,
		"chdb_result_length":               &lib.resultLength,
		"chdb_result_error":                &lib.resultError,
		"chdb_destroy_query_result":        &lib.resultDestroy,
	} {
		symbol, err := purego.Dlsym(handle, name)
		if err != nil {
			return nil, unusable(path, "不是 "+Package+" 版的 libchdb", err)
		}
		purego.RegisterFunc(fn, symbol)
	}
	if got := getVersion(); got != version {
		return nil, unusable(path, "是 "+got+" 版，需要 "+Package+" 版", nil)
	}
	// Before the first connect: the library's signal handlers would replace
	// those of the Go runtime.
	setSignalHandlers(0)
	return &lib, nil
}
