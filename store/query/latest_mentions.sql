SELECT term, platform, product, review, published, surface, start_rune, end_rune, cue
FROM mentions FINAL
WHERE {{template "selected mentions" .}} AND {{template "affirmed" .}}
  {{- if .NegativeOnly}} AND grade = @negative{{end}}
  {{- if .HiddenOnly}} AND {{template "hidden complaint"}}{{end}}
ORDER BY published DESC, platform, product, review, start_rune
LIMIT @limit
