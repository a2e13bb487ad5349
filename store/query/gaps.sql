-- What the latest run says of each product, where that is not "all read".
SELECT platform, product, argMax(missing, at) AS gap, argMax(run, at), max(at)
FROM coverage FINAL
WHERE window_from = @from AND window_to = @to
GROUP BY platform, product
HAVING gap != ''
ORDER BY platform, product
