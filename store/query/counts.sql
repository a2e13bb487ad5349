{{- /* Adds up counts by any dimensions. Names of columns come from Go's own
table of dimensions; whatever a user writes is bound. */ -}}

{{define "counted"}}
    {{- if .Exact}}
    SELECT period, toDate(published) AS day, platform, product, '' AS name,
           uniqExact(review) AS reviews, uniqExactIf(review, grade = @negative) AS negative,
           uniqExactIf(review, grade = @positive OR is_default = 1) AS hidden, uniqExactIf(review, is_default = 1) AS defaults
    FROM mentions
    WHERE period >= @first AND period <= @last AND dictionary = @dictionary AND assertion = @affirmed AND term IN @terms
    {{- else}}
    SELECT period, day, platform, product, name, reviews, negative, hidden, defaults
    FROM counts{{once}}
    WHERE period >= @first AND period <= @last AND dictionary = @dictionary AND grain = @grain AND level = @level
    {{- if .Names}} AND name IN @terms{{end}}
    {{- end}}
    {{- if .Days}} AND {{if .Exact}}toDate(published){{else}}day{{end}} >= toDate(@from) AND {{if .Exact}}toDate(published){{else}}day{{end}} < toDate(@to){{end}}
    {{- if .Platforms}} AND platform IN @platforms{{end}}
    {{- if .Products}} AND product IN @products{{end}}
    {{- if .Exact}}
    GROUP BY period, day, platform, product{{end}}
{{- end -}}

{{define "items"}}
    SELECT platform, product,
           {{- if .Keyword}} keyword,{{end}}
           argMax(name, seen) AS item, argMax(shop, seen) AS shop, argMax(region, seen) AS region, argMax(price_low, seen) AS price
    FROM listings
    {{- if .Keywords}}
    WHERE keyword IN @keywords{{end}}
    GROUP BY platform, product
    {{- if .Keyword}}, keyword{{end}}
{{- end -}}

SELECT {{range .Columns}}toString({{.}}), {{end}}
       toUInt64(sum(reviews)), toUInt64(sum(negative)), toUInt64(sum(hidden)), toUInt64(sum(defaults))
FROM ({{template "counted" .}})
{{- if .Items}} AS counted ALL {{if .Listed}}INNER{{else}}LEFT{{end}} JOIN ({{template "items" .}}) AS items USING (platform, product)
WHERE 1
{{- if .Shops}} AND shop IN @shops{{end}}
{{- if .Regions}} AND region IN @regions{{end}}
{{- if .Price}} AND price >= @price_low AND price <= @price_high{{end}}
{{- end}}
{{- if .Columns}}
GROUP BY {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{$c}}{{end}}{{end}}
LIMIT @limit
