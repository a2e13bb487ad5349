package app

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"chaping"
)

// replace writes a file of the data directory that only its owner may read, as a
// whole or not at all.
func replace(path string, data []byte) error {
	temporary := path + ".new"
	return unwritten(path, errors.Join(
		os.MkdirAll(filepath.Dir(path), 0o700),
		os.WriteFile(temporary, data, 0o600),
		os.Rename(temporary, path),
	))
}

// unwritten words why a file of the data directory could not be written.
func unwritten(path string, err error) error {
	if err == nil {
		return nil
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: filepath.Base(path) + " 写不进数据目录",
		Err:     err,
		Remedy:  "检查目录权限和磁盘空间",
	}
}

// written reads a file of the data directory that the operator has written; nil
// where there is none. what is how people call it.
func written[T any](a *App, name, what string, read func(path string, data []byte) (*T, error)) (*T, error) {
	path := a.Path(name)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeEnvironment, Message: "读不出" + what, Err: err, Remedy: "检查文件权限"}
	}
	return read(path, data)
}
