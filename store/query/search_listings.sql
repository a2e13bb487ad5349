-- Products whose name, number or shop has the text, each once, as last seen.
SELECT platform, product, argMax(name, seen) AS called, argMax(shop, seen) AS sold
FROM listings
WHERE positionCaseInsensitiveUTF8(name, @text) > 0 OR positionCaseInsensitiveUTF8(shop, @text) > 0 OR product = @text
GROUP BY platform, product
HAVING {{if .Shops}}positionCaseInsensitiveUTF8(sold, @text) > 0
ORDER BY sold, platform, product
LIMIT 1 BY platform, sold{{else}}positionCaseInsensitiveUTF8(called, @text) > 0 OR product = @text
ORDER BY called, platform, product{{end}}
LIMIT @limit
