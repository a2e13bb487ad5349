-- The affirmed mentions whose random numbers are up to their term's limit, by
-- number, of each review and term the first; a row that was sent twice is one so.
SELECT drawn, term, platform, product, review, published, grade, is_default, surface, start_rune, end_rune, cue
FROM (
    SELECT cityHash64(toInt64(@seed), platform, product, review, term) AS drawn,
           term, platform, product, review, published, grade, is_default, surface, start_rune, end_rune, cue
    FROM mentions
    WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
)
WHERE drawn <= transform(toString(term), @names, @limits, toUInt64(0))
ORDER BY drawn, term, platform, product, review, start_rune, end_rune
LIMIT 1 BY drawn, term, platform, product, review
