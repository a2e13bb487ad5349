{{define "asked"}}{{if .Keywords}} AND keyword IN @keywords{{end}}{{if .Terms}} AND term IN @terms{{end}}{{end -}}

SELECT keyword, term, platform, product,
       name, url, price_low, price_high, shop_id, shop, region,
       negative_reviews, reviews, all_negative_reviews, reviews_without_default,
       hidden_complaints, affirmed_reviews
FROM tallies FINAL
WHERE period = @period AND dictionary = @tallies AND affirmed_reviews > 0{{template "asked" .}}
ORDER BY negative_reviews DESC, affirmed_reviews DESC, keyword, term, platform, product
