SELECT toDateTime(toDate(published, 'Asia/Shanghai'), 'Asia/Shanghai') AS day, count(), countIf(grade = @negative)
FROM reviews FINAL
WHERE platform = @platform AND product = @product
GROUP BY day
ORDER BY day
