-- Products whose name or shop has the text, or whose number it is, each once, as
-- last seen. Most texts have no case to fold, and are found in a third of the time.
{{define "has"}}{{if .Cased}}positionCaseInsensitiveUTF8{{else}}position{{end}}{{end -}}
SELECT platform, product, argMax(name, seen) AS called, argMax(shop, seen) AS sold
FROM listings
WHERE (platform, product) IN (
    SELECT platform, product FROM listings
    WHERE {{if .Shops}}{{template "has" .}}(shop, @text) > 0{{else}}{{template "has" .}}(name, @text) > 0 OR product = @text{{end}}
)
GROUP BY platform, product
HAVING {{if .Shops}}{{template "has" .}}(sold, @text) > 0
ORDER BY sold, platform, product
LIMIT 1 BY platform, sold{{else}}{{template "has" .}}(called, @text) > 0 OR product = @text
ORDER BY called, platform, product{{end}}
LIMIT @limit
