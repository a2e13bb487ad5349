-- The mentions of one dictionary version become those of another, except in
-- reviews that are mined again. Only texts of reviews with mentions are searched
-- for that, which are few.
INSERT INTO mentions (period, dictionary, term, platform, product, review, published, grade, is_default,
    surface, start_rune, end_rune, assertion, cue)
SELECT period, @mentions, term, platform, product, review, published, grade, is_default,
       surface, start_rune, end_rune, assertion, cue
FROM mentions FINAL
WHERE period = @period AND dictionary = @before
  AND (platform, product, review) NOT IN ({{template "affected" "mentioned"}})
{{template "search settings"}}
