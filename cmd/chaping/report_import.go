package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"chaping"
	"chaping/app"
	"chaping/nlp"
	"chaping/report/intake"
	"chaping/station"
)

type reportImportOptions struct {
	period  string
	station string
	free    string
	terms   string
	json    bool
}

func (p *program) reportImportCommand() *cobra.Command {
	var o reportImportOptions
	cmd := &cobra.Command{
		Use: "import 文件...", Short: "读入行业组织、检验检测机构填好的报送表",
		Long: "读入按通知附件2表样填好的 xlsx、docx 或 csv。栏目可以移动、改名、合并单元格、有多余的行和全角字符；\n" +
			"不能用的行逐条说明，其余照收。可以另加“信息类别”“危及对象”两栏；没有的由规则建议，待人确认。\n" +
			"原始文件一并保存。其他格式的材料用 --free 写一句说明，只保存原件。",
		Example: "  chaping report import --period 2026-11 --station 上海市某行业协会 报送表.xlsx\n" +
			"  chaping report import --period 2026-11 --station 上海市某行业协会 --free 检测报告三份 材料.pdf",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage("没有写要读入的文件")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error { return p.runReportImport(cmd.Context(), o, files) },
	}
	f := cmd.Flags()
	f.StringVar(&o.period, "period", "", "报送期，例如 2026-11；不写为当前报送期")
	f.StringVar(&o.station, "station", "", "提交的监测站；不写用表上的填报单位")
	f.StringVar(&o.free, "free", "", "其他格式的材料：写一句说明，只保存原件")
	f.StringVar(&o.terms, "terms", "", "词表，用来判断危害类别；不写用自带词库")
	f.BoolVar(&o.json, "json", false, "以 JSON 输出")
	return cmd
}

func (p *program) runReportImport(ctx context.Context, o reportImportOptions, files []string) error {
	period, err := p.begunPeriod(ctx, o.period)
	if err != nil {
		return err
	}
	if o.free != "" && o.station == "" {
		return usage("其他格式的材料要用 --station 写明监测站")
	}
	var miner *nlp.Miner
	var partial error
	if o.free == "" {
		if miner, partial, err = p.miner(ctx, o.terms); err != nil {
			return err
		}
	}
	received := []station.Submission{}
	refused := 0
	h := app.Handed{Period: period, About: o.free}
	if o.station != "" {
		err = p.withStation(ctx, func(d *station.DB) (err error) {
			h.Station, err = d.Sender(ctx, o.station)
			return err
		})
		if err != nil {
			return err
		}
	}
	for _, file := range files {
		r, err := p.receive(ctx, miner, file, h)
		if err != nil {
			return err
		}
		refused += len(r.Refused)
		received = append(received, r.Submission)
	}
	if refused > 0 {
		partial = errors.Join(
			partial,
			&chaping.Error{
				Code:    chaping.CodePartial,
				Message: fmt.Sprintf("有 %d 行没有读入", refused),
				Remedy:  "按上面的说明改正后重新读入，已读入的不会重复",
			},
		)
	}
	if o.json {
		return errors.Join(p.printJSON(received), partial)
	}
	for _, s := range received {
		what := fmt.Sprintf("读入 %d 条", s.Entries)
		if o.free != "" {
			what = "已保存原件"
		}
		fmt.Fprintf(p.out, "%s：%s（%s，编号 %d）\n", s.File, what, s.Station, s.ID)
	}
	return partial
}

// receive reads and keeps one file, as that of the station with the id, or of
// the one that the form names.
func (p *program) receive(
	ctx context.Context,
	miner *nlp.Miner,
	file string,
	h app.Handed,
) (r app.Received, err error) {
	most := int64(intake.MaxJSON) // intake knows better what a form may have
	if h.About != "" {
		most = intake.MaxFile
	}
	h.File = filepath.Base(file)
	if h.Data, err = readBounded(file, most); err != nil {
		return r, err
	}
	r, err = p.app.Receive(ctx, h, miner)
	for _, bad := range r.Refused {
		p.warn(bad)
	}
	return r, err
}

// readBounded reads a file that must not be larger than limit.
func readBounded(path string, limit int64) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, &chaping.Error{Code: chaping.CodeInput, Message: "打不开文件", Err: err, Remedy: "检查路径和读取权限"}
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, err
	}
	if int64(len(data)) > limit {
		return nil, &chaping.InputError{
			File:    path,
			Problem: fmt.Sprintf("文件超过 %d MB", limit>>20),
			Remedy:  "删去图片和多余的内容，或分成几个文件",
		}
	}
	return data, nil
}
