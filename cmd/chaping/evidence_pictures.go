package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"chaping/app"
)

func (p *program) evidencePicturesCommand() *cobra.Command {
	var period string
	cmd := &cobra.Command{
		Use: "pictures", Short: "取一个报送期内严重命中的评论所带的图片",
		Long: "按最近一次挖掘的结果，取严重程度 3 级以上且成立的评论所带的图片，作为证据保存。\n" +
			"不访问内网地址，遵守 robots.txt，同一网站每秒最多一张。可反复运行；取不到的过 6 小时再试，最多 4 次。门户开着时挖掘后自动做。",
		Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of, err := p.period(cmd.Context(), period)
			if err != nil {
				return err
			}
			partial, err := p.onPipeline(cmd.Context(), "", func(pipe *app.Pipeline) error {
				n, err := p.app.KeepPictures(cmd.Context(), pipe, of, nil)
				fmt.Fprintf(p.out, "报送期 %s：新增图片 %d 张，没有取到 %d 张，还剩 %d 张\n", of, n.Kept, n.Failed, n.Left)
				return err
			})
			return errors.Join(err, partial)
		},
	}
	cmd.Flags().StringVar(&period, "period", "", "报送期；不写为当前报送期")
	return cmd
}
