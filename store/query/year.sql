-- Several periods' tallies summed up. A product that several product keywords
-- list counts once, under the first of them; hashes keep that set small.
SELECT
    {{if eq .By "term"}}period, term, '' AS platform, '' AS product, '' AS seller_id, '' AS seller, '' AS place_of_company
    {{- else}}toUInt32(0), '', platform, product, any(shop_id), any(shop), any(region){{end}},
    sum(negative) AS negatives, sum(affirmed) AS affirming
FROM (
    SELECT
        {{- if eq .By "term"}} period, term
        {{- else}} platform, product, shop_id, shop, region
        {{- end}},
           negative_reviews AS negative, affirmed_reviews AS affirmed
    FROM tallies FINAL
    WHERE {{template "year_tallies" .}}
      AND cityHash64(period, platform, product, keyword) IN (
          SELECT cityHash64(period, platform, product, min(keyword))
          FROM tallies
          WHERE {{template "year_tallies" .}}
          GROUP BY period, platform, product
      )
) AS counted
WHERE affirmed > 0
GROUP BY {{if eq .By "term"}}period, term{{else}}platform, product{{end}}
ORDER BY negatives DESC, affirming DESC, {{if eq .By "term"}}period, term{{else}}platform, product{{end}}

{{- define "year_tallies"}}period IN @periods AND (period, dictionary) IN (@tallies) AND affirmed_reviews > 0
      {{- if .Keywords}} AND keyword IN @keywords{{end}}
      {{- if .Terms}} AND term IN @terms{{end}}{{end}}
