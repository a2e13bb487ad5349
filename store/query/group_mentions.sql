SELECT count() FROM (
    SELECT platform, product, term, uniqExact(review), uniqExactIf(review, grade = @negative)
    FROM mentions
    WHERE (period, dictionary) IN (@mentions) AND assertion = @affirmed
    GROUP BY platform, product, term
)
