package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"chaping"
	"chaping/report"
)

// A Model is what any report form says, ready to be written in every format.
type Model interface {
	Document() *report.Document
	WriteJSON(path string) error
}

// WriteForm writes a form into a directory in every format and returns the
// files' names. Where no PDF can be made, the other formats are written all the
// same, and partial says what is missing.
func (a *App) WriteForm(
	ctx context.Context,
	f Model,
	dir, stem string,
	formats []string,
) (files []string, partial, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, nil, &chaping.Error{
			Code:    chaping.CodeEnvironment,
			Message: "建不了输出目录 " + dir,
			Err:     err,
			Remedy:  "换一个可写的目录",
		}
	}
	for _, format := range formats {
		path := filepath.Join(dir, stem+"."+format)
		err = a.WriteFile(ctx, f, format, path)
		var known *chaping.Error
		if format == "pdf" && errors.As(err, &known) && known.Code == chaping.CodeEnvironment && ctx.Err() == nil {
			partial = &chaping.Error{
				Code:    chaping.CodePartial,
				Message: known.Message,
				Err:     known.Err,
				Remedy:  known.Remedy,
				Advice:  known.Advice,
			}
			continue
		}
		if err != nil {
			return files, partial, err
		}
		files = append(files, path)
	}
	return files, partial, nil
}

// WriteFile writes a form in one format.
func (a *App) WriteFile(ctx context.Context, f Model, format, path string) error {
	if format == "json" {
		return f.WriteJSON(path)
	}
	return f.Document().Write(ctx, format, path, a.fonts)
}

// FileName is a name without what file systems refuse, at most 60 characters.
func FileName(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(`/\:*?"<>|`, r) || r < ' ' {
			return '_'
		}
		return r
	}, string([]rune(s)[:min(60, len([]rune(s)))]))
}
