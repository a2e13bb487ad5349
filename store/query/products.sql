-- What products were as a period knows them (see known.sql): as the sheet prints it.
SELECT platform, product, keyword, name, url, price_low, price_high, shop_id, shop, region
FROM {{template "listings as known" .}}
ORDER BY {{template "rank" .}}
LIMIT 1 BY platform, product, keyword
