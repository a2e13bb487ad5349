package app

import (
	"bytes"
	"os"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
)

// LoadWatch reads a watch (监测任务) from a YAML file.
func LoadWatch(path string) (chaping.Watch, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return chaping.Watch{}, &chaping.Error{
			Code:    chaping.CodeInput,
			Message: "打不开监测任务文件",
			Err:     err,
			Remedy:  "检查文件的路径",
		}
	}
	var w struct {
		Name     string
		Keywords []string
		Terms    []string
		Sources  []string
	}
	fault := func(problem string) error {
		return &chaping.InputError{File: path, Problem: problem, Remedy: "对照 configs/watches/demo.yaml 改正"}
	}
	dec := yaml.NewDecoder(bytes.NewReader(data))
	dec.KnownFields(true)
	if err := dec.Decode(&w); err != nil {
		return chaping.Watch{}, fault("读不懂：" + strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(w.Keywords) == 0 || len(w.Sources) == 0 {
		return chaping.Watch{}, fault("缺少 keywords（商品关键词）或 sources（站点配置）")
	}
	return chaping.Watch(w), nil
}
