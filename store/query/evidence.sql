-- The affirmed mentions behind the tallies, in the tallies' order.
SELECT keyword, term, platform, product, review, published, grade, is_default,
       surface, start_rune, end_rune, cue
FROM (
    SELECT term, platform, product, review, published, grade, is_default,
           surface, start_rune, end_rune, cue
    FROM mentions FINAL
    WHERE period = @period AND dictionary = @dictionary AND assertion = @affirmed
      {{- if .Terms}} AND term IN @terms{{end}}
) AS found ALL INNER JOIN (
    SELECT keyword, term, platform, product, negative_reviews, affirmed_reviews
    FROM tallies FINAL
    WHERE period = @period AND dictionary = @dictionary AND affirmed_reviews > 0
      {{- if .Keywords}} AND keyword IN @keywords{{end}}
      {{- if .Terms}} AND term IN @terms{{end}}
) AS counted USING (term, platform, product)
ORDER BY negative_reviews DESC, affirmed_reviews DESC, keyword, term, platform, product,
         published, review, start_rune, end_rune
