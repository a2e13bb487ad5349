package main

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"

	"github.com/go-ego/gse"

	"chaping"
	"chaping/dictionaries"
	"chaping/nlp"
	"chaping/scripts"
)

// How many times as fast as cutting every review mining is to be, by what cuts.
const (
	gseTimes   = 25
	jiebaTimes = 3
)

// The reviews that mining is compared on, and how much of them gse cuts, which is
// the slowest; each round takes turns and the quickest round counts.
const (
	minedReviews = 200_000
	gsePart      = 10
	mineRounds   = 3

	reviewsPerProduct = 200
)

// errNotInstalled says that a reference cannot be run here.
var errNotInstalled = errors.New("not installed")

// mining compares mining, on one core, with cutting the same reviews into words.
func (b *bench) mining(ctx context.Context) error {
	before, after, err := b.dictionaries()
	if err != nil {
		return err
	}
	miner, err := nlp.NewMiner(before)
	if err != nil {
		return err
	}
	texts, goods, err := b.minedTexts(min(b.reviews, minedReviews), after, miner)
	if err != nil {
		return err
	}
	seg, err := segmenter(before)
	if err != nil {
		return err
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	miner.Mine(nil, texts[0]) // loads the rest
	runtime.GC()
	var mined, cut spent
	part := texts[:len(texts)/gsePart]
	for round := range mineRounds {
		stop := stopwatch()
		var mentions []chaping.Mention
		for i, text := range texts {
			mentions = miner.MineGoods(mentions[:0], text, goods[i])
		}
		mined = quicker(round, mined, stop())
		stop = stopwatch()
		for _, text := range part {
			seg.Cut(text, false)
		}
		cut = quicker(round, cut, stop())
	}
	each := mined.cpu.Seconds() / float64(len(texts))
	b.took(fmt.Sprintf("单核挖掘 %d 条评论", len(texts)), mined, 0)
	b.took(fmt.Sprintf("单核 gse 切分其中 %d 条", len(part)), cut, 0)
	b.add("　挖掘每条评论的 CPU 是 gse 切分的", each/(cut.cpu.Seconds()/float64(len(part))), "倍", 1.0/gseTimes)
	jieba, err := b.jieba(ctx, texts)
	if errors.Is(err, errNotInstalled) {
		fmt.Fprintln(b.err, "没有测 @node-rs/jieba：没有装 node 或这个模块（npm install @node-rs/jieba，装在别处时用 NODE_PATH 指明）")
		return nil
	}
	if err != nil {
		return err
	}
	b.took(fmt.Sprintf("单核 @node-rs/jieba 切分 %d 条", len(texts)), jieba, 0)
	b.add("　挖掘每条评论的 CPU 是 @node-rs/jieba 切分的", each/(jieba.cpu.Seconds()/float64(len(texts))), "倍", 1.0/jiebaTimes)
	return nil
}

// quicker is what took less CPU, the second in the first round.
func quicker(round int, best, now spent) spent {
	if round > 0 && best.cpu <= now.cpu {
		return best
	}
	return now
}

// minedTexts are reviews of the bench's load, each with its goods.
func (b *bench) minedTexts(
	n int,
	dict *nlp.Dictionary,
	miner *nlp.Miner,
) (texts []string, goods []nlp.Goods, err error) {
	l := b.load(n, dict)
	l.Products = n / reviewsPerProduct
	of := map[string]nlp.Goods{}
	for i := range l.Products {
		of[l.Product(i).ID] = miner.GoodsOf(l.Keyword(i))
	}
	err = l.Each(b.now(), func(r *chaping.Review) error {
		texts, goods = append(texts, r.Text), append(goods, of[r.Product])
		return nil
	})
	return texts, goods, err
}

// segmenter is gse with its words and the dictionary's terms.
func segmenter(d *nlp.Dictionary) (*gse.Segmenter, error) {
	file, err := dictionaries.Files.Open("gse-base.txt.gz")
	if err != nil {
		return nil, err
	}
	defer file.Close()
	zr, err := gzip.NewReader(file)
	if err != nil {
		return nil, err
	}
	seg := &gse.Segmenter{NotLoadHMM: true, SkipLog: true}
	seg.Dict = gse.NewDict()
	seg.Init()
	sc := bufio.NewScanner(zr)
	for sc.Scan() {
		word, num, _ := strings.Cut(sc.Text(), " ")
		if freq, err := strconv.ParseFloat(num, 64); err == nil {
			if err := seg.AddToken(word, freq); err != nil {
				return nil, err
			}
		}
	}
	const usual = 100
	for _, t := range d.Terms {
		if err := seg.AddToken(t.Name, usual); err != nil {
			return nil, err
		}
	}
	return seg, sc.Err()
}

// jieba has node cut the texts.
func (b *bench) jieba(ctx context.Context, texts []string) (took spent, err error) {
	node, err := exec.LookPath("node")
	if err != nil {
		return took, errNotInstalled
	}
	script := filepath.Join(b.work, "jieba.cjs")
	if err := os.WriteFile(script, scripts.Jieba, 0o600); err != nil {
		return took, err
	}
	cmd := exec.CommandContext(ctx, node, script)
	var problem bytes.Buffer
	cmd.Stderr = &problem
	var in strings.Builder
	for _, text := range texts {
		in.WriteString(strings.ReplaceAll(text, "\n", " "))
		in.WriteByte('\n')
	}
	cmd.Stdin = strings.NewReader(in.String())
	out, err := cmd.Output()
	var exit *exec.ExitError
	const noModule = 3 // as the script says
	if errors.As(err, &exit) && exit.ExitCode() == noModule {
		return took, errNotInstalled
	}
	if err != nil {
		return took, fmt.Errorf("node: %w: %s", err, problem.String())
	}
	var result struct{ Wall, CPU float64 }
	if err := json.Unmarshal(out, &result); err != nil {
		return took, fmt.Errorf("node: %w", err)
	}
	seconds := func(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
	return spent{wall: seconds(result.Wall), cpu: seconds(result.CPU)}, nil
}
