package store

import (
	"context"
	_ "embed"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"chaping"
)

// maxUserSQL is the longest statement of a user, bytes.
const maxUserSQL = 64 << 10

//go:embed readonly_functions.txt
var userFunctions string

// views are those of migration 0011, for other programs.
var views = []string{"bi_counts", "bi_mentions", "bi_rejections", "bi_reviews", "bi_products"}

// UserTables are the tables and views that ReadOnly lets a user read. Copies that
// no longer hold are none of what anybody counts.
func UserTables() []string {
	may := slices.DeleteFunc(slices.Clone(tables), func(table string) bool {
		return slices.Contains([]string{"schema_migrations", "superseded", "reports"}, table)
	})
	return append(may, views...)
}

// UserFunctions are the functions that ReadOnly lets a user name, in paragraphs
// that begin with a heading.
func UserFunctions() string {
	_, list, _ := strings.Cut(userFunctions, "\n\n")
	return strings.ReplaceAll(list, "# ", "")
}

var (
	// quotedName is a name in backticks, or a string literal, as formatQuery
	// writes them.
	quotedName = regexp.MustCompile("'(?:[^'\\\\]|\\\\.)*'|`(?:[^`\\\\]|\\\\.)*`")

	// harmlessName is what a name in backticks may hold. EXPLAIN AST writes
	// names as they are, so one with a line break or a bracket could look like a
	// node of the tree.
	harmlessName = regexp.MustCompile("^`[^`\\\\()\\pC]*`$")

	reading = regexp.MustCompile(`^\(*(SELECT|WITH)\b`)
)

func refuseSQL(what, remedy string) error {
	return &chaping.Error{Code: chaping.CodeInput, Message: "query sql 不允许" + what, Remedy: remedy}
}

// permit is the statement that is to be run for a user's: a subquery, in which
// INTO OUTFILE, FORMAT, KILL and other statements are faults of syntax, of the
// whole statement as the engine's parser writes it anew, without comments. That
// it names only what it may, EXPLAIN AST tells of the very text that is run.
func (s *Store) permit(ctx context.Context, sql string, rows int) (string, error) {
	if !s.dialect.Since(23, 10) { // formatQuery
		return "", &chaping.Error{
			Code:    chaping.CodeInput,
			Message: fmt.Sprintf("数据库服务器 %v 太旧，说不清一条 SQL 会读什么，所以不执行", s.dialect.version),
			Remedy:  "用 query 的其他子命令，或把服务器升级到 23.10 以上",
		}
	}
	if len(sql) > maxUserSQL {
		return "", refuseSQL(fmt.Sprintf("超过 %d KB 的语句", maxUserSQL>>10), "缩短语句")
	}
	var whole string
	if err := s.conn.QueryRow(ctx, "SELECT formatQuerySingleLine(@sql)", named("sql", sql)).Scan(&whole); err != nil {
		return "", userFault(err)
	}
	if !reading.MatchString(whole) {
		verb, _, _ := strings.Cut(whole, " ")
		return "", refuseSQL("“"+verb+"”语句", "只接受 SELECT")
	}
	for _, name := range quotedName.FindAllString(whole, -1) {
		if name[0] == '`' && !harmlessName.MatchString(name) {
			return "", refuseSQL("名字 "+name, "名字里不用反斜杠、括号和控制字符；计算出的列用 AS 另起名字")
		}
	}
	run := "SELECT * FROM (" + whole + ") LIMIT " + strconv.Itoa(rows+1)
	var lines []string
	tree, err := s.conn.Query(ctx, "EXPLAIN AST "+run)
	if err != nil {
		return "", userFault(err)
	}
	defer tree.Close()
	for tree.Next() {
		var line string
		if err := tree.Scan(&line); err != nil {
			return "", userFault(err)
		}
		lines = append(lines, line)
	}
	if err := tree.Err(); err != nil {
		return "", userFault(err)
	}
	p := permission{functions: map[string]bool{}}
	for line := range strings.Lines(userFunctions) {
		if !strings.HasPrefix(line, "#") {
			for _, name := range strings.Fields(line) {
				p.functions[strings.ToLower(name)] = true
			}
		}
	}
	names := func(query string, args ...any) (list []string, err error) {
		err = s.query(ctx, query, nil, args, func(scan func(...any) error) error {
			var name string
			err := scan(&name)
			list = append(list, name)
			return err
		})
		return list, err
	}
	if p.tables, err = names("tables"); err != nil {
		return "", err
	}
	if p.engine, err = names("functions", named("tables", UserTables())); err != nil {
		return "", err
	}
	if err := p.check(parseTree(lines), node{}); err != nil {
		return "", err
	}
	before, err := s.sql("readonly", identifier(s.database))
	return before + run, err
}

// A node is one of a statement's tree.
type node struct {
	kind, name string
	children   []node
}

var nodeLine = regexp.MustCompile(`^( *)(\S+)(?: (.*?))??(?: \(alias .*\))?(?: \(children \d+\))?$`)

// parseTree reads what EXPLAIN AST writes: a node a line, indented by its
// depth. Lines that are no nodes become nodes of a kind that is not known.
func parseTree(lines []string) node {
	type level struct {
		depth int
		node  node
	}
	stack := []level{{-1, node{kind: "root"}}}
	fold := func() {
		last := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		above := &stack[len(stack)-1].node
		above.children = append(above.children, last.node)
	}
	for _, line := range lines {
		m := nodeLine.FindStringSubmatch(line)
		if m == nil {
			m = []string{"", "", "?", line}
		}
		for len(stack) > 1 && stack[len(stack)-1].depth >= len(m[1]) {
			fold()
		}
		stack = append(stack, level{len(m[1]), node{kind: m[2], name: m[3]}})
	}
	for len(stack) > 1 {
		fold()
	}
	return stack[0].node
}

// A permission says what a user's statement may name.
type permission struct {
	functions map[string]bool // in lower case
	tables    []string        // of the database, those that may not be read too
	engine    []string        // all functions of the engine, in lower case
}

// check walks the tree of a statement. Kinds of nodes that are not known are
// refused: they may hold what the tree does not show.
func (p *permission) check(n, above node) error {
	switch n.kind {
	case "root",
		"SelectWithUnionQuery",
		"SelectIntersectExceptQuery",
		"SelectQuery",
		"Subquery",
		"ExpressionList",
		"WithElement",
		"Literal",
		"Asterisk",
		"QualifiedAsterisk",
		"ColumnsRegexpMatcher",
		"ColumnsListMatcher",
		"QualifiedColumnsRegexpMatcher",
		"QualifiedColumnsListMatcher",
		"ColumnsTransformerList",
		"ColumnsExceptTransformer",
		"ColumnsReplaceTransformer",
		"ColumnsReplaceTransformer::Replacement",
		"TablesInSelectQuery",
		"TablesInSelectQueryElement",
		"TableExpression",
		"TableJoin",
		"ArrayJoin",
		"SampleRatio",
		"OrderByElement",
		"InterpolateElement",
		"WindowDefinition",
		"WindowListElement":
	case "Identifier": // arrayMap(file, ...) names a function without calling it
		if name := strings.ToLower(n.name); !p.functions[name] && slices.Contains(p.engine, name) {
			return refuseSQL("名字“"+n.name+"”，它是一个函数", "给列或表另起名字；要用函数就写成 f(x)")
		}
	case "TableIdentifier":
		if err := p.table(n.name); err != nil {
			return err
		}
	case "Function":
		if err := p.function(n, above.kind == "TableExpression"); err != nil {
			return err
		}
	case "Set":
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "query sql 不允许 SETTINGS",
			Advice:  chaping.Advice{Code: chaping.AdviceQueryLimits},
		}
	case "ColumnsApplyTransformer":
		return refuseSQL(" APPLY", "逐列写出函数")
	default:
		return refuseSQL(fmt.Sprintf("这种写法（%s %s）", n.kind, chaping.Shorten(n.name, 40)), "只写普通的 SELECT")
	}
	for _, child := range n.children {
		if err := p.check(child, n); err != nil {
			return err
		}
	}
	return nil
}

var plainName = regexp.MustCompile(`^[\pL_][\pL\pN_]*$`)

// table passes the schema's tables, and names that no table of the database
// has: those are of the statement itself (WITH), or of nothing. A name without
// a dot is looked up nowhere else.
func (p *permission) table(name string) error {
	if slices.Contains(UserTables(), name) || plainName.MatchString(name) && !slices.Contains(p.tables, name) {
		return nil
	}
	return refuseSQL("读表“"+name+"”", "可以读的表："+strings.Join(UserTables(), "、")+"，以及 WITH 里起的名字；表名前不写库名")
}

// withoutEndings is an aggregate function's name without those endings that
// leave it a function of its arguments.
func withoutEndings(name string) string {
	for _, ending := range []string{"if", "array", "distinct", "ornull", "ordefault"} {
		if base, ok := strings.CutSuffix(name, ending); ok {
			return withoutEndings(base)
		}
	}
	return name
}

// function passes those of the list, and of tables' functions numbers.
func (p *permission) function(n node, ofTable bool) error {
	name := strings.ToLower(n.name)
	if ofTable {
		if name != "numbers" {
			return refuseSQL("表函数“"+n.name+"”", "FROM 后面只写本库的表、子查询或 numbers(n)")
		}
		return nil
	}
	if !p.functions[name] && !p.functions[withoutEndings(name)] {
		return &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "query sql 不允许函数“" + n.name + "”",
			Advice:  chaping.Advice{Code: chaping.AdviceQueryFunctions},
		}
	}
	if len(n.children) == 0 || len(n.children[0].children) < 2 {
		return nil
	}
	switch second := n.children[0].children[1]; {
	case second.kind == "Identifier" && slices.Contains([]string{"in", "notin", "nullin", "notnullin", "globalin", "globalnotin"}, name):
		return p.table(second.name)
	case name == "cast" && (second.kind != "Literal" || strings.Contains(strings.ToLower(second.name), "aggregatefunction")):
		return refuseSQL("CAST 成“"+second.name+"”", "写普通类型的名字，例如 'UInt32'；AggregateFunction 不可以")
	}
	return nil
}
