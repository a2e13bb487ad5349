SELECT term, platform, product, review, published, grade, is_default, surface, start_rune, end_rune, assertion, cue
FROM mentions FINAL
WHERE period = @period AND dictionary = @mentions
ORDER BY platform, product, review, start_rune, end_rune, term
