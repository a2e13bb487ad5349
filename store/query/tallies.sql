-- Not FINAL: the period is no part of the sorting key, and FINAL may replace
-- rows of one period by those of another. A row sent twice is the same twice.
SELECT keyword, term, platform, product,
       name, url, price_low, price_high, shop_id, shop, region,
       negative_reviews, reviews, all_negative_reviews, reviews_without_default,
       hidden_complaints, affirmed_reviews
FROM tallies
WHERE period = @period AND dictionary = @dictionary AND affirmed_reviews > 0
  {{- if .Keywords}} AND keyword IN @keywords{{end}}
  {{- if .Terms}} AND term IN @terms{{end}}
ORDER BY negative_reviews DESC, affirmed_reviews DESC, keyword, term, platform, product
LIMIT 1 BY keyword, term, platform, product
