-- The snapshot nearest to the end of the window; of two equally near, the
-- later: as the sheet prints it.
SELECT platform, product, keyword, name, url, price_low, price_high, shop_id, shop, region
FROM listings FINAL
WHERE (platform, product) IN (@keys)
ORDER BY abs(seen - @end), seen DESC
LIMIT 1 BY platform, product, keyword
