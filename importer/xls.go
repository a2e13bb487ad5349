package importer

import (
	"io"

	"chaping"
)

func openXLS(file string, r io.ReaderAt, size int64) (grid, error) {
	return nil, &chaping.InputError{File: file, Problem: "这是旧版 Excel（.xls）或加了密码的文件，不能直接读取", Remedy: "用 WPS 或 Excel 打开，另存为 xlsx 后再导入"}
}
