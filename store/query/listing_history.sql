SELECT keyword, name, url, price_low, price_high, shop_id, shop, region, seen
FROM listings FINAL
WHERE platform = @platform AND product = @product
ORDER BY seen, keyword
