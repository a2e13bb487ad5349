-- How many reviews affirm each term, rejected ones too: what samples of mentions
-- are drawn from.
SELECT term, toUInt8(grade = @negative) AS poor, uniqExact(platform, product, review) AS pairs,
       uniqExactIf(platform, product, review, {{template "not rejected" .}}) AS kept
FROM mentions
WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
GROUP BY term, poor
ORDER BY term, poor
