package store

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/ClickHouse/clickhouse-go/v2"

	"chaping"
)

// Codes of ClickHouse's exceptions that a user can do something about.
const (
	unknownDatabase      = 81
	unknownUser          = 192
	wrongPassword        = 193
	memoryLimit          = 241
	notEnoughSpace       = 243
	cannotWrite          = 75 // what servers say when the disk fills up while they write
	readonly             = 164
	accessDenied         = 497
	authenticationFailed = 516
)

// fault wraps an error of the database for the caller: contexts' errors and
// those meant for users as they are, others with what was being done.
func fault(doing string, err error) error {
	var told *chaping.Error
	var exception *clickhouse.Exception
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.Canceled):
		return context.Canceled
	case errors.As(err, &told):
		return told
	case Away(err):
		return &chaping.Error{Code: chaping.CodeEnvironment, Message: "数据库暂时不可用（" + doing + "）", Err: err,
			Remedy: "确认 ClickHouse 已启动、网络可用，再运行一次，从中断处继续；导入和采集已读到的批次会暂存在本机，数据库恢复后写入"}
	case errors.Is(err, context.DeadlineExceeded):
		return context.DeadlineExceeded
	case errors.As(err, &exception):
		if message, remedy := advice(exception.Code); message != "" {
			return &chaping.Error{Code: chaping.CodeEnvironment, Message: message, Remedy: remedy, Err: exception}
		}
	}
	return &chaping.Error{Code: chaping.CodeInternal, Message: "数据库操作 " + doing + " 失败", Err: err}
}

// advice is what to tell a user about an exception, if anything.
func advice(code int32) (message, remedy string) {
	switch code {
	case unknownDatabase:
		return "数据库不存在", "先在服务器上建库（CREATE DATABASE 库名），或改正地址中的库名"
	case unknownUser, wrongPassword, authenticationFailed:
		return "数据库拒绝登录", "检查地址中的用户名和密码"
	case readonly, accessDenied:
		return "数据库用户权限不足", "授予该用户在本库建表、写入和删除分区的权限"
	case notEnoughSpace, cannotWrite:
		return "数据库所在磁盘空间不足", "清出空间后再运行一次；已写入的数据不会丢失"
	case memoryLimit:
		return "数据库内存不足", "提高数据库的内存上限，或关闭占用内存的程序后再运行一次"
	}
	return "", ""
}

// unreachable is the error for a server that does not let us in. It names
// the server without the password.
func unreachable(u *url.URL, password string, err error) error {
	var exception *clickhouse.Exception
	if errors.As(err, &exception) {
		if message, remedy := advice(exception.Code); message != "" {
			return &chaping.Error{
				Code: chaping.CodeEnvironment, Message: fmt.Sprintf("%s（服务器 %s）", message, u.Host), Remedy: remedy,
				Err: hide(password, exception),
			}
		}
	}
	return &chaping.Error{
		Code:    chaping.CodeEnvironment,
		Message: "连接不上 ClickHouse 服务器 " + u.Host,
		Remedy:  "确认服务器已启动，主机、端口（原生协议，默认 9000）和网络可用",
		Err:     hide(password, err),
	}
}

// hide is an error with the password blotted out of its text. The chain ends
// here where it was in the text, for a cause would still carry it.
func hide(password string, err error) error {
	if password == "" || !strings.Contains(err.Error(), password) {
		return err
	}
	return errors.New(strings.ReplaceAll(err.Error(), password, "***"))
}
