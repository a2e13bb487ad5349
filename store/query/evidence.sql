-- The affirmed mentions behind the tallies, in the tallies' order. DISTINCT,
-- not FINAL: see tallies.sql.
SELECT keyword, term, platform, product, review, published, grade, is_default,
       surface, start_rune, end_rune, cue
FROM (
    SELECT DISTINCT term, platform, product, review, published, grade, is_default,
           surface, start_rune, end_rune, cue
    FROM mentions
    WHERE period = @period AND dictionary = @dictionary AND assertion = @affirmed
      {{- if .Terms}} AND term IN @terms{{end}}
) AS found ALL INNER JOIN (
    SELECT DISTINCT keyword, term, platform, product, negative_reviews, affirmed_reviews
    FROM tallies
    WHERE period = @period AND dictionary = @dictionary AND affirmed_reviews > 0
      {{- if .Keywords}} AND keyword IN @keywords{{end}}
      {{- if .Terms}} AND term IN @terms{{end}}
) AS counted USING (term, platform, product)
ORDER BY negative_reviews DESC, affirmed_reviews DESC, keyword, term, platform, product,
         published, review, start_rune, end_rune
