{{- /* The products behind the tallies, and how many reviews affirm a term of them,
for each keyword that lists them. */ -}}
SELECT platform, product, sum(affirmed_reviews) AS affirmed
FROM tallies FINAL
WHERE period = @period AND dictionary = @tallies{{if not .All}} AND affirmed_reviews > 0{{end}}{{template "asked" .}}
GROUP BY platform, product
ORDER BY platform, product
