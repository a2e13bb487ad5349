-- Products of a platform with the shop that each was listed in last: all, or those
-- of which several shops have one number, which is the number of one of them and
-- begins those of the others. (They may lie on other shards, so that the set is made
-- once for all.)
SELECT product, argMax(shop, seen)
FROM listings
WHERE platform = @platform
  {{- if not .All}} AND (product LIKE '%（%）' OR product GLOBAL IN (
      SELECT substring(product, 1, position(product, '（') - 1)
      FROM listings
      WHERE platform = @platform AND product LIKE '%（%）'
  )){{end}}
GROUP BY product
