-- The reviews that people have rejected, counted where the tallies count them.
SELECT cityHash64(period, term, platform, product) AS place,
       uniqExactIf(review, grade = @negative), uniqExact(review)
FROM mentions
WHERE period IN @periods AND (period, dictionary) IN (@mentions) AND assertion = @affirmed
  AND (platform, product, review, term) IN (@keys)
GROUP BY place
