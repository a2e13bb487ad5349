-- Distinct rows: one that was written twice is no change.
SELECT count(), sum(cityHash64(keyword, platform, product, name, url, price_low, price_high, shop_id, shop, region, seen)),
       (SELECT count() FROM runs FINAL WHERE stage = @stage AND counts LIKE '%"products":%')
FROM listings FINAL
