-- Runs of a selection. The expressions are ours, from a list of columns; what
-- people wrote comes as parameters.
SELECT {{if .Count}}count(){{else}}id, stage, period, dictionary, state, started, finished, counts, error, updated{{end}}
FROM runs FINAL
WHERE stage != @except
  {{- range .Where}} AND {{.}}{{end}}
{{- if not .Count}}
ORDER BY {{range .Order}}{{.}}, {{end}}updated DESC, id DESC
{{- if .Limit}}
LIMIT @offset, @limit{{end}}{{end}}
