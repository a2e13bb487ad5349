{{define "selected mentions"}}period >= @first AND period <= @last AND (period, dictionary) IN (@mentions)
  {{- if .Terms}} AND term IN @terms{{end}}
  {{- if .Platforms}} AND platform IN @platforms{{end}}
  {{- if .Products}} AND product IN @products{{end}}
  {{- if .Pairs}} AND (platform, product) IN (@pairs){{end}}
  {{- if .Days}} AND toDate(published) >= toDate(@from) AND toDate(published) < toDate(@to){{end}}
{{- end -}}

SELECT count(), uniqExact(platform, product, review),
       countIf(affirmed), uniqExactIf((platform, product, review), affirmed),
       uniqExactIf((platform, product, review), affirmed AND grade = @negative),
       uniqExactIf((platform, product, review), affirmed AND {{template "hidden complaint"}})
FROM (
    SELECT platform, product, review, grade, is_default, {{template "affirmed" .}} AS affirmed
    FROM mentions FINAL
    WHERE {{template "selected mentions" .}}
)
