SELECT term, platform, product, review, published, surface, start_rune, end_rune, cue
FROM mentions FINAL
WHERE {{template "selected mentions" .}} AND {{template "affirmed" .}}
  {{- if .NegativeOnly}} AND grade = @negative{{end}}
  {{- if .HiddenOnly}} AND (grade = @positive OR is_default = 1){{end}}
ORDER BY published DESC, platform, product, review, start_rune
LIMIT @limit
