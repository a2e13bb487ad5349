{{- /* The affirmed mentions behind the tallies, in the tallies' order, each with
its review. The window's reviews are read once; version 0 tells that the review
has left the window. Of a range, products are read in no order. */ -}}

{{define "in range"}}{{with .Range}} AND platform = @platform AND product >= @least{{if .Below}} AND product < @below{{end}}{{end}}{{end -}}

{{define "found"}}
    SELECT keyword, term, platform, product, review, published, grade, is_default,
           surface, start_rune, end_rune, cue, negative_reviews, affirmed_reviews
    FROM (
        SELECT term, platform, product, review, published, grade, is_default,
               surface, start_rune, end_rune, cue
        FROM mentions FINAL
        WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed{{if not .All}} AND {{template "not rejected" .}}{{end}}
          {{- if .Terms}} AND term IN @terms{{end}}{{template "in range" .}}
    ) AS found ALL INNER JOIN (
        SELECT keyword, term, platform, product, negative_reviews, affirmed_reviews
        FROM tallies FINAL
        WHERE period = @period AND dictionary = @tallies{{if not .All}} AND affirmed_reviews > 0{{end}}{{template "asked" .}}{{template "in range" .}}
    ) AS counted USING (term, platform, product)
    {{- if .Most}}
    ORDER BY {{template "sheet order"}}
    LIMIT @most{{end}}
{{- end}}

{{define "sheet order"}}negative_reviews DESC, affirmed_reviews DESC, keyword, term, platform, product,
         published, review, start_rune, end_rune{{end -}}

SELECT keyword, term, platform, product, review, published, grade, is_default,
       surface, start_rune, end_rune, cue,
       review_published, rating, review_grade, rule, review_default, text, appended, appended_at, run, version
FROM ({{template "found" .}}
) AS affirmed ANY LEFT JOIN (
    SELECT platform, product, id AS review, published AS review_published, rating, grade AS review_grade, rule,
           is_default AS review_default, text, appended, appended_at, run, version
    FROM reviews FINAL
    WHERE {{template "inside"}}{{template "in range" .}}
      AND (platform, product, id) IN (
          {{- if .Most}}
          SELECT platform, product, review FROM ({{template "found" .}}
          )
          {{- else}}
          SELECT platform, product, review FROM mentions
          WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
            {{- if .Terms}} AND term IN @terms{{end}}{{template "in range" .}}
          {{- end}}
      )
) AS reviewed USING (platform, product, review)
{{- if not .Range}}
ORDER BY {{template "sheet order"}}{{end}}
