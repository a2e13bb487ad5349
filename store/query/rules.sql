SELECT DISTINCT platform, rule
FROM {{template "window" .}}
ORDER BY platform, rule
