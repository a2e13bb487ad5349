SELECT id, stage, period, dictionary, state, started, finished, counts, error
FROM runs FINAL
WHERE 1
  {{- if .ID}} AND id = @id{{end}}
  {{- if .Stage}} AND stage = @stage{{end}}
  {{- if .Period}} AND period = @period{{end}}
  {{- if .Dictionary}} AND dictionary = @dictionary{{end}}
ORDER BY started DESC, id DESC
LIMIT @limit
