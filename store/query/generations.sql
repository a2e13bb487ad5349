SELECT part, period, dictionary, number, stage, source, facts, rows, reviews, affirmed
FROM generations FINAL
WHERE period >= @first AND period <= @last
  {{- if .Dictionary}} AND dictionary = @dictionary{{end}}
ORDER BY period, dictionary, part, number DESC
