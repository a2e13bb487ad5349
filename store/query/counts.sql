{{- /* Adds up counts by any dimensions, for each of some spans of periods. Names
of columns come from Go's own table of dimensions; whatever a user writes is
bound. Of a row's counts those of level 0 are of all reviews, the others of
reviews that affirm a problem.

Counts are added up before they are joined with facts of listings, so that the
join is of products, not of products and months. Products are looked up by
themselves first: that is done in the dictionary of their column, and takes half
of the time that pairs with the platform take. */ -}}

{{define "counted"}}
    {{- if .Problems}}
    {{- if .Exact}}
    SELECT toUInt8(@level) AS level, period, toDate(published) AS day, {{template "of product" .}}, '' AS name,
           uniqExact(review) AS reviews, uniqExactIf(review, grade = @negative) AS negative,
           uniqExactIf(review, {{template "hidden complaint"}}) AS hidden, uniqExactIf(review, is_default = 1) AS defaults
    FROM mentions
    WHERE {{template "spanned" .}} AND (period, dictionary) IN (@mentions) AND {{template "affirmed" .}} AND term IN @terms
    {{- if .Days}} AND toDate(published) >= toDate(@from) AND toDate(published) < toDate(@to){{end}}
    {{- template "where it is" .}}
    GROUP BY period, day, platform, product
    {{- else}}{{template "kept" .}}level = @level{{if .Names}} AND name IN @terms{{end}}{{end}}
    {{- end}}
    {{- if and .Problems .Whole}}
    UNION ALL
    {{- end}}
    {{- if .Whole}}{{template "kept" .}}level = 0{{end}}
{{- end -}}

{{define "kept"}}
    SELECT level, period, day, {{template "of product" .}}, name, reviews, negative, hidden, defaults
    FROM counts{{once}}
    WHERE {{template "spanned" .}} AND (period, dictionary) IN (@counts) AND grain = @grain
    {{- if .Days}} AND day >= toDate(@from) AND day < toDate(@to){{end}}
    {{- template "where it is" .}} AND {{end -}}

{{define "spanned"}}({{range $i, $s := .Spans}}{{if $i}} OR {{end}}period >= @first{{$i}} AND period <= @last{{$i}}{{end}}){{end -}}

{{define "where it is"}}
    {{- if .Platforms}} AND platform IN @platforms{{end}}
    {{- if .Products}} AND product IN @products{{end}}
    {{- if .Listed}} AND product IN (SELECT product FROM ({{template "items" .}})) AND (platform, product) IN (SELECT platform, product FROM ({{template "items" .}})){{end}}
{{- end -}}

{{- /* What listings say last of a product, as far as it is asked for. A product that
never was of the shops or in the regions needs no latest listing. */ -}}
{{define "items"}}
    SELECT platform, product
           {{- if .Keyword}}, keyword{{end}}
           {{- if .Shop}}, argMax(shop, seen) AS shop{{end}}
           {{- if .Region}}, argMax(region, seen) AS region{{end}}
           {{- if .Priced}}, argMax(price_low, seen) AS price{{end}}
    FROM listings
    WHERE {{if .Keyword}}{{template "under a keyword"}}{{else}}1{{end}}
    {{- if .Keywords}} AND keyword IN @keywords{{end}}
    {{- if .Platforms}} AND platform IN @platforms{{end}}
    {{- if .Products}} AND product IN @products{{end}}
    {{- if .Shops}} AND (platform, product) IN (SELECT platform, product FROM listings WHERE shop IN @shops){{end}}
    {{- if .Regions}} AND (platform, product) IN (SELECT platform, product FROM listings WHERE region IN @regions){{end}}
    GROUP BY platform, product
    {{- if .Keyword}}, keyword{{end}}
    {{- if .Listed}}
    HAVING 1
    {{- if .Shops}} AND shop IN @shops{{end}}
    {{- if .Regions}} AND region IN @regions{{end}}
    {{- if .Price}} AND price >= @price_low AND price <= @price_high{{end}}
    {{- end}}
{{- end -}}

{{- /* One key for a product takes six tenths of the time of two, in groups and in
joins. A platform's name has no zero byte. */ -}}
{{define "which"}}concat(product, '\0', platform){{end -}}
{{define "of product"}}{{if .Items}}platform AS of_platform, product AS of_product, {{template "which"}} AS which{{else}}platform, product{{end}}{{end -}}

{{define "added"}}
    SELECT {{range $i, $c := .Columns}}{{if not $c.Item}}{{$.Value $c}} AS k{{$i}}, {{end}}{{end}}
    {{- if .Items}}which, {{end}}
    {{- range $i, $s := .Spans}}{{if $i}}, {{end}}
           sumIf(reviews, level > 0{{template "in span" $s}}) AS affirmed{{$i}}, sumIf(negative, level > 0{{template "in span" $s}}) AS negative{{$i}},
           sumIf(hidden, level > 0{{template "in span" $s}}) AS hidden{{$i}}, sumIf(reviews, level = 0{{template "in span" $s}}) AS reviews{{$i}},
           sumIf(negative, level = 0{{template "in span" $s}}) AS all_negative{{$i}}, sumIf(defaults, level = 0{{template "in span" $s}}) AS defaults{{$i}}
    {{- end}}
    FROM ({{template "counted" .}})
    {{- if .Grouped}}
    GROUP BY {{range $i, $g := .Grouped}}{{if $i}}, {{end}}{{$g}}{{end}}{{end}}
{{- end -}}

{{define "in span"}}{{if .Of}} AND period >= @first{{.Number}} AND period <= @last{{.Number}}{{end}}{{end -}}

SELECT {{range $i, $c := .Columns}}toString({{$c.Name $i}}), {{end}}
       {{- range $i, $s := .Spans}}{{if $i}}, {{end}}
       {{- range $j, $n := $s.Counts}}{{if $j}}, {{end}}toUInt64({{if $.Items}}sum({{$n}}){{else}}{{$n}}{{end}}) AS {{$n}}_{{end}}
       {{- end}}
FROM ({{template "added" .}})
{{- if .Items}} AS counted ALL {{if .Listed}}INNER{{else}}LEFT{{end}} JOIN (SELECT {{template "which"}} AS which, * FROM ({{template "items" .}})) AS items USING (which)
{{- if .Columns}}
GROUP BY {{range $i, $c := .Columns}}{{if $i}}, {{end}}{{$c.Name $i}}{{end}}{{end}}
HAVING {{template "wanted" .}}
{{- else}}
WHERE {{template "wanted" .}}
{{- end}}
LIMIT @limit

{{- define "wanted"}}
    {{- range $i, $s := .Spans}}{{if $i}} OR {{end}}affirmed{{$i}}_ > 0{{if not $.Affirming}} OR reviews{{$i}}_ > 0{{end}}{{end}}
{{- end}}
