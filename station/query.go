package station

import "embed"

// Statements stand in files, each named for the method that runs it.
//
//go:embed query/*.sql
var queryFiles embed.FS

// statement is the one in the file of that name.
func statement(name string) string {
	text, err := queryFiles.ReadFile("query/" + name + ".sql")
	if err != nil {
		panic(err) // a mistake in the program
	}
	return string(text)
}
