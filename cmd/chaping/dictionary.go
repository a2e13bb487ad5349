package main

import (
	"context"

	"chaping"
	"chaping/nlp"
)

// miner mines for the terms at path, or for the station's own. Terms of a list
// that cannot be used are shown; partial is then what the command returns when
// all else went well.
func (p *program) miner(ctx context.Context, path string) (m *nlp.Miner, partial error, err error) {
	v, err := p.app.Vocabulary(ctx, path)
	if err == nil && v.Refused != nil {
		p.warn(v.Refused)
		partial = &chaping.Error{Code: chaping.CodePartial, Message: "词表中有词条不能用，已略过，其余照常处理", Remedy: "按上面的说明改正词表"}
	}
	return v.Miner, partial, err
}
