package store

import (
	"strings"
	"testing"
)

// FuzzPermit reads trees that no engine writes: whatever stands around it, a
// line that is a node of a function or a table that is not allowed is refused.
func FuzzPermit(f *testing.F) {
	f.Add("SelectWithUnionQuery (children 1)\n ExpressionList (children 1)\n", " TableExpression (children 1)\n", "  Function file (children 1)")
	f.Add("Identifier id (alias a\n", "  Literal x)", "     TableIdentifier system.one (alias s)")
	f.Add("", "   Function in (children 1)\n    ExpressionList (children 2)\n     Identifier x\n", "     Function sleep")
	f.Add("\x00", "Set", " TableIdentifier schema_migrations")
	f.Fuzz(func(t *testing.T, before, between, bad string) {
		p := permission{functions: map[string]bool{"in": true, "cast": true, "length": true}, tables: []string{"schema_migrations"}}
		err := p.check(parseTree(strings.Split(before+"\n"+between+"\n"+bad, "\n")), node{})
		for _, evil := range []string{"Function file", "TableIdentifier system.", "Function sleep", "TableIdentifier schema_migrations", "Set"} {
			if strings.TrimLeft(bad, " ") == evil && err == nil {
				t.Errorf("%q passes", bad)
			}
		}
	})
}
