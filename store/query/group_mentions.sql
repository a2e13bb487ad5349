SELECT count() FROM (
    SELECT platform, product, term, uniqExact(review), uniqExactIf(review, grade = @negative)
    FROM mentions
    WHERE period = @period AND dictionary = @dictionary AND assertion = @affirmed
    GROUP BY platform, product, term
)
