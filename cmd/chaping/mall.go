package main

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/demo/mall"
)

type mallOptions struct {
	addr     string
	seed     uint64
	period   string
	months   int
	products int
	reviews  int
	latency  time.Duration
}

func (p *program) mallCommand() *cobra.Command {
	var o mallOptions
	cmd := &cobra.Command{
		Use: "mall", Short: "开一个示例商城，供试采集",
		Long: "在本机开一个示例电商网站：搜索页、商品页、店铺页、JSON 和 GBK 两种评论页。\n" +
			"内容由种子决定，同样的参数每次相同；文字均为程序生成，与真实商品无关。按 Ctrl+C 停止。",
		Example: "  chaping mall --addr 127.0.0.1:8848",
		Args:    noArgs,
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runMall(cmd.Context(), o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.addr, "addr", "127.0.0.1:8848", "监听地址；端口写 0 由系统挑选")
	f.Uint64Var(&o.seed, "seed", 1, "种子")
	f.StringVar(&o.period, "period", "", "最新评论所在的报送期；不写为当前报送期")
	f.IntVar(&o.months, "months", 3, "评论覆盖几个报送期")
	f.IntVar(&o.products, "products", 64, "商品件数")
	f.IntVar(&o.reviews, "reviews", 60, "每件商品平均评论条数")
	f.DurationVar(&o.latency, "latency", 0, "每次应答前等待的时间，例如 50ms")
	return cmd
}

func (p *program) runMall(ctx context.Context, o mallOptions) error {
	period, err := p.period(ctx, o.period)
	if err != nil {
		return err
	}
	if o.months < 1 || o.products < 1 || o.reviews < 1 || o.latency < 0 {
		return usage("--months、--products、--reviews 应大于 0，--latency 不能为负")
	}
	m := mall.New(
		mall.Config{
			Seed:              o.seed,
			End:               app.MallEnd(period, p.now()),
			Months:            o.months,
			Products:          o.products,
			ReviewsPerProduct: o.reviews,
			Latency:           o.latency,
		},
	)
	listener, err := mall.Listen(o.addr)
	if err != nil {
		return err
	}
	w := chaping.Window{From: m.Window().From, To: m.Window().To}
	fmt.Fprintf(
		p.out,
		"示例商城：http://%s/\n评论时间：%s\n可搜索的关键词：%v\n按 Ctrl+C 停止\n",
		listener.Addr(),
		w.Chinese(),
		m.Keywords(),
	)
	return m.Serve(ctx, listener)
}
