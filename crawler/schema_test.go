package crawler

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"chaping/configs"
)

var update = flag.Bool("update", false, "write the golden files")

// described is what editors show for the keys of profiles.
var described = map[string]string{
	"extends": "所依据的自带站点配置；本文件只写不同的项，列表整个替换", "platform": "平台", "id": "编号；平台代号用小写字母、数字和连字符", "name": "名称",
	"base": "站点地址，例如 https://www.example.com", "hosts": "另外允许访问的主机，可写 *.example.com", "private_hosts": "允许处在内网或本机的主机",
	"authorized_by": "准许采集的授权方和授权文件", "needs_authorization": "没有 authorized_by 就不采集", "contact": "写进 User-Agent 的联系方式",
	"rating": "评分；平台的评分规则，或评论中评分的位置", "version": "规则的名称和版本", "max": "最高分", "negative": "差评的最高分", "neutral": "中评的最高分",
	"politeness": "访问的频率", "delay": "同一主机两次请求的间隔，例如 2s", "concurrency": "同一主机同时的请求数", "robots": "obey 或 ignore；ignore 需要 authorized_by",
	"request": "随请求发送的内容，可用环境变量 ${名称}", "headers": "请求头，只发给 base 的主机", "cookies": "Cookie，只发给 base 的主机", "proxy": "代理地址",
	"limits": "限度", "body": "一页的字节数上限（解压后）", "timeout": "一次请求的时限", "attempts": "一页最多尝试几次", "retry": "第一次重试前等待的时间，以后加倍",
	"pages": "一次采集的页数预算；翻页中为页数的位置", "bytes": "一次采集的字节数预算（解压后）", "overlap": "增量采集时往回重读的时间",
	"render":  "browser：网页由脚本填充，要用浏览器读（需要 Chromium）",
	"charset": "字符集；网页声明正确时不写", "default_texts": "平台代替买家写的默认评论", "challenge": "人机验证页、登录页的特征",
	"search": "按关键词搜索商品", "product": "商品页", "shop": "店铺页", "reviews": "评论；按顺序用第一个适用于商品页的",
	"url": "网址，花括号中是占位符；字段中为链接的位置", "post": "用 POST 取时的请求体，JSON 或 a=1&b={page}，花括号中是占位符", "format": "页面格式", "items": "列表条目的位置", "empty": "“没有结果”的标志", "fields": "各字段的位置",
	"only_names_with_keyword": "只采用名称中含有关键词的商品", "paging": "翻页", "from": "第一页的页码，0 或 1", "limit": "最多读几页", "next": "下一页的链接",
	"total": "总条数的位置", "cursor": "下一页游标的位置", "start": "第一页的游标", "none": "列表全在一页，不翻页；可简写成 paging: none", "header": "响应头的名称，只用于 paging；Link 取其中 rel=next 的地址", "size": "每页条数，用于 {offset} 和 {size}",
	"price": "价格", "currency": "币种；不是人民币的价格不收录", "shop_id": "店铺编号", "shop_name": "店铺名称", "shop_url": "店铺页的链接", "region": "公司所在区域（营业执照）",
	"link": "商品页上评论的链接", "order": "newest 新的在前，none 不按时间；不写则读几件商品来弄清", "shared": "同款的各个规格显示同一份评论；只记一次，记在先读到的规格名下", "slices": "超出页数限度时分段再读", "whole": "整个列表的 {slice}",
	"parts": "合起来即全部的各段，例如各个评分", "views": "另外的排序，能多读一些但不能保证全部",
	"text": "评论正文；验证页中为出现的文字", "published": "发表时间", "buyer": "买家；评论没有编号时用来区分，不保存", "appended": "追评", "appended_at": "追评时间", "default": "是否默认评论", "pinned": "是否置顶", "pictures": "买家的图片的网址；css 找到的每个元素各一张", "videos": "买家的视频的网址",
	"css": "CSS 选择器", "attr": "元素的属性", "json": "JSON 路径（gjson 语法）", "match": "正则表达式，取第一组", "map": "对照表", "address": "取自页面的网址：正则表达式，取第一组", "count": "true：值是 css 找到的元素个数，例如画出来的星",
	"date": "日期格式：epoch_s、epoch_ms、rfc3339、iso8601、relative，或以 2006-01-02 15:04:05 为样例",
}

// choices are the values of keys that take only a few.
var choices = map[string][]any{
	"format": {"html", "json", "jsonp", "schema.org", "script"}, "robots": {"obey", "ignore"}, "order": {"newest", "none"}, "render": {"browser"},
}

// schemaOf is the JSON schema of the YAML form.
func schemaOf(t *testing.T, typ reflect.Type) map[string]any {
	t.Helper()
	switch {
	case typ == reflect.TypeFor[*fieldYAML]():
		return map[string]any{"$ref": "#/$defs/field"}
	case typ.Kind() == reflect.Pointer:
		return schemaOf(t, typ.Elem())
	case typ == reflect.TypeFor[pagingYAML]():
		return map[string]any{"anyOf": []any{map[string]any{"const": "none"}, structOf(t, typ)}}
	case typ == reflect.TypeFor[time.Duration]():
		return map[string]any{"type": "string", "pattern": `^([0-9.]+(ns|us|ms|s|m|h))+$`}
	}
	switch typ.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	case reflect.Slice:
		return map[string]any{"type": "array", "items": schemaOf(t, typ.Elem())}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": schemaOf(t, typ.Elem())}
	case reflect.Struct:
		return structOf(t, typ)
	}
	t.Fatalf("no schema for %v", typ)
	return nil
}

// structOf is the JSON schema of a struct.
func structOf(t *testing.T, typ reflect.Type) map[string]any {
	t.Helper()
	properties := map[string]any{}
	for i := range typ.NumField() {
		key := typ.Field(i).Tag.Get("yaml")
		if key == "" {
			if !typ.Field(i).IsExported() {
				continue
			}
			key = strings.ToLower(typ.Field(i).Name)
		}
		property := schemaOf(t, typ.Field(i).Type)
		property["description"] = described[key]
		if described[key] == "" {
			t.Errorf("key %q has no description", key)
		}
		if list := choices[key]; list != nil {
			property["enum"] = list
		}
		properties[key] = property
	}
	return map[string]any{"type": "object", "additionalProperties": false, "properties": properties}
}

// TestSchema keeps configs/site.schema.json in step with the Go types, and
// the shipped profiles in step with the schema.
func TestSchema(t *testing.T) {
	schema := schemaOf(t, reflect.TypeFor[profileYAML]())
	schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	schema["title"] = "chaping 站点配置"
	mapping := schemaOf(t, reflect.TypeFor[fieldYAML]())
	one := map[string]any{"type": "string"}
	mapping["properties"].(map[string]any)["date"] = map[string]any{
		"description": described["date"], "anyOf": []any{one, map[string]any{"type": "array", "items": one}},
	}
	schema["$defs"] = map[string]any{"field": map[string]any{"anyOf": []any{map[string]any{"type": "string", "description": "网页中是 CSS 选择器，JSON 中是路径"}, mapping}}}
	data, err := json.MarshalIndent(schema, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	data = append(data, '\n')
	path := filepath.Join("..", "configs", "site.schema.json")
	if *update {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	golden, err := os.ReadFile(path)
	if err != nil || string(golden) != string(data) {
		t.Errorf("%s does not fit the Go types: run go test ./crawler -run Schema -update (%v)", path, err)
	}

	compiler := jsonschema.NewCompiler()
	var document any
	if err := json.Unmarshal(golden, &document); err != nil {
		t.Fatal(err)
	}
	if err := compiler.AddResource("site.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("site.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	validate := func(text string) error {
		var value any
		if err := yaml.Unmarshal([]byte(text), &value); err != nil {
			t.Fatal(err)
		}
		return compiled.Validate(value)
	}
	for _, name := range configs.Names("sites") {
		text, err := configs.Files.ReadFile("sites/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(string(text)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, text := range []string{"colour: red", "search: {format: xml}", "politeness: {delay: 3}", "reviews: {}", "search: {paging: all}", "search: {paging: {nxt: a}}", "product: {fields: {name: {csss: a}}}"} {
		if err := validate(text); err == nil {
			t.Errorf("the schema takes %q", text)
		}
	}
}
