package discover

import (
	"context"
	"strings"
	"testing"

	"chaping"
	"chaping/nlp"
	"chaping/nlp/polarity"
)

// TestNotHeard: what negative reviews say that no term names comes in groups;
// speech of delivery does not.
func TestNotHeard(t *testing.T) {
	d, err := nlp.ParseTermList("terms", strings.NewReader("漏电\n异味\n"))
	if err != nil {
		t.Fatal(err)
	}
	miner, err := nlp.NewMiner(d)
	if err != nil {
		t.Fatal(err)
	}
	model, err := polarity.Shipped()
	if err != nil {
		t.Fatal(err)
	}
	texts := []struct {
		text  string
		grade chaping.Grade
	}{
		{"用了两天就漏电，很失望", chaping.Negative},
		{"没用几天拉链就坏了，质量太差", chaping.Negative},
		{"拉链坏得太快，客服不理人", chaping.Negative},
		{"拉链坏了两次，很差劲", chaping.Negative},
		{"快递太慢，客服态度差", chaping.Negative},
		{"很好，喜欢", chaping.Positive},
		{"一般般", chaping.Neutral},
	}
	c, err := NotHeard(context.Background(), CoverageOptions{Miner: miner, Model: model, Groups: 3, Examples: 2,
		Reviews: func(each func(*chaping.Review) error) error {
			for _, x := range texts {
				if err := each(&chaping.Review{Text: x.text, Grade: x.grade}); err != nil {
					return err
				}
			}
			return nil
		}})
	if err != nil {
		t.Fatal(err)
	}
	if c.Negative != 5 || c.Silent != 4 || c.Service != 1 || c.Positive != 0 {
		t.Errorf("%+v", c)
	}
	if len(c.Groups) == 0 || !strings.Contains("拉链坏", c.Groups[0].Phrase) || c.Groups[0].Reviews < 2 || len(c.Groups[0].Examples) == 0 {
		t.Errorf("groups %+v", c.Groups)
	}
}
