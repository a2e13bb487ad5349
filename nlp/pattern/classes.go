package pattern

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"chaping"
)

// Classes are the named word lists of patterns.
type Classes struct {
	all   map[string][]string
	stops string // characters that must not stand in a gap
}

// classFile is the YAML file of classes.
//
//	stops: 不没无
//	classes:
//	  程度: [很, 太]
//	  很大: ["<程度>大"]    # a member may name other classes
type classFile struct {
	Stops   string               `yaml:"stops"`
	Classes map[string]yaml.Node `yaml:"classes"`
}

// ReadClasses reads a class file, strictly. All faults are reported together,
// each as a chaping.InputError.
func ReadClasses(name string, r io.Reader) (*Classes, error) {
	dec := yaml.NewDecoder(io.LimitReader(r, 4<<20))
	dec.KnownFields(true)
	var f classFile
	if err := dec.Decode(&f); err != nil {
		return nil, &chaping.InputError{File: name, Problem: "词类文件无法识别：" + err.Error(), Remedy: "按 stops、classes 的格式改写，或恢复自带的文件"}
	}
	reader := classReader{file: f, done: map[string][]string{}, open: map[string]bool{}}
	var faults []error
	for _, class := range slices.Sorted(maps.Keys(f.Classes)) {
		if _, err := reader.class(class); err != nil {
			var fault *Fault
			if !errors.As(err, &fault) {
				fault = &Fault{err.Error(), "改成词的列表"}
			}
			faults = append(faults, &chaping.InputError{File: name, Line: reader.line(class), Field: "classes", Value: class,
				Problem: fault.Problem, Remedy: fault.Remedy})
		}
	}
	if err := errors.Join(faults...); err != nil {
		return nil, err
	}
	return &Classes{all: reader.done, stops: f.Stops}, nil
}

type classReader struct {
	file classFile
	done map[string][]string
	open map[string]bool // being read: naming it again is a circle
}

func (c *classReader) line(class string) int {
	node := c.file.Classes[class]
	return node.Line
}

// class is the words of a class, the classes that it names included.
func (c *classReader) class(name string) ([]string, error) {
	if words, ok := c.done[name]; ok {
		return words, nil
	}
	node, ok := c.file.Classes[name]
	switch {
	case !ok:
		return nil, unknownClass(name, c.file.Classes)
	case c.open[name]:
		return nil, &Fault{fmt.Sprintf("词类“%s”包含它自己", name), "词类不能互相包含，删去其中一处"}
	case strings.ContainsAny(name, "<>()|~?& ") || name == "":
		return nil, &Fault{fmt.Sprintf("词类“%s”的名称含有符号", name), "名称只用汉字、字母和数字"}
	}
	var members []string
	if err := node.Decode(&members); err != nil {
		return nil, &Fault{fmt.Sprintf("词类“%s”不是词的列表", name), "写成 名称: [词, 词]"}
	}
	c.open[name] = true
	defer delete(c.open, name)
	var words []string
	for _, m := range members {
		more, err := c.member(m)
		if err != nil {
			return nil, err
		}
		words = append(words, more...)
	}
	slices.Sort(words)
	words = slices.Compact(words)
	switch {
	case len(words) == 0:
		return nil, &Fault{fmt.Sprintf("词类“%s”是空的", name), "写出至少一个词，或删去这一类"}
	case len(words) > maxWords:
		return nil, tooMany()
	}
	c.done[name] = words
	return words, nil
}

// member is the words that one member of a class stands for.
func (c *classReader) member(form string) ([]string, error) {
	known := &Classes{all: map[string][]string{}}
	for rest := form; ; {
		_, after, found := strings.Cut(rest, "<")
		if !found {
			break
		}
		name, tail, _ := strings.Cut(after, ">")
		words, err := c.class(name)
		if err != nil {
			return nil, err
		}
		known.all[name] = words
		rest = tail
	}
	p := parser{rest: []rune(plainMarks(form)), classes: known}
	items, err := p.sequence(0, false)
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		if it.gap > 0 {
			return nil, &Fault{"词类里有间隔", "间隔只能写在词条的模式里"}
		}
	}
	words, err := product(items)
	if err != nil {
		return nil, err
	}
	if slices.Contains(words, "") {
		return nil, &Fault{"词类里有空的词", "删去它"}
	}
	return words, nil
}

// words are a class's, for a pattern.
func (c *Classes) words(name string) ([]string, error) {
	if words, ok := c.all[name]; ok {
		return words, nil
	}
	return nil, unknownClass(name, c.all)
}

func unknownClass[T any](name string, all map[string]T) error {
	return &Fault{fmt.Sprintf("没有词类“%s”", name), "从这些词类中选：" + strings.Join(slices.Sorted(maps.Keys(all)), "、")}
}
