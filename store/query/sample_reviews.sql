{{- /* The reviews without an affirmed mention whose random numbers are up to the
limit, @poor for negative ones, by number. The keys are searched first, and of
those few the latest copies are read, without FINAL, which would read the texts
of all reviews. */ -}}

{{define "drawn reviews"}}cityHash64(toInt64(@seed), platform, product, id){{end}}

SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM (
    SELECT platform, product, id, published, rating, grade, rule, is_default,
           text, appended, appended_at, run, version
    FROM reviews
    WHERE {{template "inside"}}
      AND (platform, product, id) IN (
          SELECT platform, product, id FROM reviews
          WHERE {{template "inside"}} AND is_default = 0
            AND {{template "drawn reviews"}} <= if(grade = @negative, toUInt64(@poor), toUInt64(@limit))
      )
    {{- if eq .Moved "listed"}}
      AND (platform, product, id) NOT IN (@moved){{else if eq .Moved "many"}}
      AND (platform, product, id) NOT IN ({{template "moved"}}){{end}}
    ORDER BY platform, product, id, version DESC
    LIMIT 1 BY platform, product, id
)
WHERE is_default = 0 AND (notEmpty(text) OR notEmpty(appended))
  AND (platform, product, id) NOT IN (
      SELECT platform, product, review FROM mentions
      WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
        AND cityHash64(toInt64(@seed), platform, product, review) <= greatest(toUInt64(@poor), toUInt64(@limit))
  )
ORDER BY {{template "drawn reviews"}}, platform, product, id
