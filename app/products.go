package app

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"strings"

	"chaping"
	"chaping/importer"
)

// A ProductTable says of products what rows of reviews do not.
type ProductTable struct {
	Facts    map[string]importer.Facts // by product ID
	Problems []*chaping.InputError     // rows that were left out, or kept with a fault
}

// LoadProducts reads a product table. name is what its sender calls the file;
// empty: file. mapping says for a field which column it is, over what the names
// say; it may be nil.
func LoadProducts(ctx context.Context, file, name string, mapping map[string]string) (*ProductTable, error) {
	name = cmp.Or(name, file)
	standard, err := importer.Shipped(StandardProfile)
	if err != nil {
		return nil, err
	}
	facts, problems, err := importer.LoadProducts(ctx, file, standard, mapping)
	if err != nil {
		return nil, renamed(err, file, name)
	}
	for _, e := range problems {
		e.File = called(e.File, file, name)
	}
	return &ProductTable{Facts: facts, Problems: problems}, nil
}

// called is what the sender of a file calls it, or a table in it: the importer
// names that after the file.
func called(what, file, name string) string {
	if table, ok := strings.CutPrefix(what, file); ok {
		return name + table
	}
	return what
}

// renamed is an error about file in which it has the name that its sender knows.
func renamed(err error, file, name string) error {
	var input *chaping.InputError
	if errors.As(err, &input) {
		input.File = called(input.File, file, name)
	}
	var path *fs.PathError
	if errors.As(err, &path) && path.Path == file {
		path.Path = name
	}
	return err
}

// InspectProducts tells what the columns of a product table are.
func InspectProducts(ctx context.Context, file, name string, mapping map[string]string) (importer.Understanding, error) {
	standard, err := importer.Shipped(StandardProfile)
	if err != nil {
		return importer.Understanding{}, err
	}
	u, err := importer.InspectProducts(ctx, file, standard, mapping)
	u.File = cmp.Or(name, file)
	return u, renamed(err, file, u.File)
}
