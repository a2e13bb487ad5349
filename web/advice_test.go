package web

import (
	"go/ast"
	"go/parser"
	"go/token"
	"strconv"
	"strings"
	"testing"

	"chaping"
)

// Every advice has words for the portal, which name no command.
func TestAdvice(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../advice.go", nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	codes := 0
	ast.Inspect(file, func(n ast.Node) bool {
		s, ok := n.(*ast.ValueSpec)
		if !ok || len(s.Names) == 0 || !strings.HasPrefix(s.Names[0].Name, "Advice") {
			return true
		}
		code, err := strconv.Unquote(s.Values[0].(*ast.BasicLit).Value)
		if err != nil {
			t.Fatal(err)
		}
		codes++
		if words := advice[chaping.AdviceCode(code)]; words == "" || commands.MatchString(words) {
			t.Errorf("%s is worded %q", s.Names[0].Name, words)
		}
		return false
	})
	if codes == 0 || codes != len(advice) {
		t.Errorf("%d codes, %d are worded", codes, len(advice))
	}
}
