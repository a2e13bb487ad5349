-- What every product is called: the product keywords that list it, and its name
-- as the period knows it (see known.sql).
SELECT platform, product, groupUniqArray(keyword), argMin(name, {{template "rank" .}})
FROM {{template "listings as known" .}}
GROUP BY platform, product
