-- Every product that was seen since @since, as it was seen last.
SELECT platform, product, argMax(name, seen), argMax(url, seen), argMax(shop, seen), argMax(region, seen), max(seen)
FROM listings
WHERE seen >= @since
  {{- if .Keywords}} AND keyword IN @keywords{{end}}
GROUP BY platform, product
ORDER BY platform, product
