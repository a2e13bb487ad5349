package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"chaping/app"
)

func (p *program) evidencePinCommand() *cobra.Command {
	var period string
	cmd := &cobra.Command{
		Use: "pin", Short: "长期保存一个报送期内严重命中的原始响应", Long: "按最近一次挖掘的结果，找出严重程度 3 级以上且成立的命中，长期保存其页面。挖掘时已自动做过；从备份恢复页面后可再运行，可反复运行。", Args: noArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			of, err := p.period(cmd.Context(), period)
			if err != nil {
				return err
			}
			partial, err := p.onPipeline(cmd.Context(), "", func(pipe *app.Pipeline) error {
				n, err := pipe.Pin(cmd.Context(), of)
				fmt.Fprintf(p.out, "报送期 %s：新增长期保存 %d 份\n", of, n)
				return err
			})
			return errors.Join(err, partial)
		},
	}
	cmd.Flags().StringVar(&period, "period", "", "报送期；不写为当前报送期")
	return cmd
}
