{{- /* Which of a product's listings a period goes by. What a collection saw has its
moment, and the nearest to the end of the window is right. An import has none: a
file of November's reviews is imported after November's end, and again when it was
wrong. So of a product whose reviews of the window were imported those listings hold
that came with the import that most of them are of, in their last copies (exports
overlap: the next month's has some of them once more); and a product table that was
imported afterwards, while the next period had not ended, corrects them. Whether
any import can matter is known before (.Runs, .Tables). */ -}}

{{define "asked for"}}{{if .Keys}}(platform, product) IN (@keys){{else if .Affirmed}}(platform, product) IN (
        SELECT platform, product
        FROM mentions
        WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
    ){{else}}1{{end}}{{end}}

{{define "base"}}
    SELECT platform, product, if(max(told) > 0, max(told), argMinIf(seen, (abs(seen - @end), -seen), seen > 0)) AS base
    FROM (
        SELECT platform, product, toInt64(0) AS told, seen FROM listings
        WHERE {{template "asked for" .}}
          {{- if .Tables}} AND NOT has(@tables, toUInt64(seen)){{end}}
        {{- if .Runs}}
        UNION ALL
        SELECT platform, product, toInt64(argMax(transform(of, @runs, @starts, toUInt64(0)), (n, of))) AS told, toInt64(0) AS seen
        FROM (
            SELECT platform, product, of, count() AS n
            FROM (
                SELECT platform, product, id, argMax(run, version) AS of
                FROM reviews
                WHERE {{template "inside"}}
                  AND {{template "asked for" .}}
                  AND (platform, product) IN (
                      SELECT platform, product FROM listings GROUP BY platform, product
                      HAVING min(seen) != max(seen) AND max(has(@starts, toUInt64(seen))) = 1
                  )
                GROUP BY platform, product, id
            )
            GROUP BY platform, product, of
        )
        GROUP BY platform, product
        {{- end}}
    )
    GROUP BY platform, product
{{end}}

{{- /* Listings that a condition selects, with the base of their product. */ -}}
{{define "listings as known"}}(
    SELECT platform, product, keyword, name, url, price_low, price_high, shop_id, shop, region, seen
    FROM listings FINAL
    WHERE {{template "asked for" .}}{{if .Affirmed}} AND {{template "under a keyword"}}{{end}}
) AS listed
{{- if or .Runs .Tables}} ANY LEFT JOIN ({{template "base" .}}) AS bases USING (platform, product){{end}}{{end}}

{{- /* Where a listing stands among those of its product; the first one holds. */ -}}
{{define "rank"}}({{if .Tables}}NOT {{template "corrects"}}, if({{template "corrects"}}, -seen, 0), {{end}}
    {{- if or .Runs .Tables}}seen != base, {{end}}abs(seen - @end), -seen){{end}}

{{define "corrects"}}(has(@tables, toUInt64(seen)) AND seen > base AND seen < @next){{end -}}
