SELECT id, stage, period, dictionary, state, started, finished, counts, error, updated
FROM runs FINAL
WHERE 1
  {{- if .ID}} AND id = @id{{end}}
  {{- if .Stage}} AND stage = @stage{{end}}
  {{- if .Period}} AND period = @period{{end}}
  {{- if .Dictionary}} AND dictionary = @dictionary{{end}}
ORDER BY updated DESC, id DESC
LIMIT @limit
