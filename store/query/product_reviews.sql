SELECT platform, product, count(), countIf(grade = @negative)
FROM {{template "window" .}}
GROUP BY platform, product
