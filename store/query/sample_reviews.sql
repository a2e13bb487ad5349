{{- /* The reviews without an affirmed mention whose random numbers are up to the
limit, @poor for negative ones, by number. The keys are searched first, so that
few texts are read. */ -}}

{{define "drawn reviews"}}cityHash64(toInt64(@seed), platform, product, id){{end}}

SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM {{template "window" .}}
  AND is_default = 0 AND (notEmpty(text) OR notEmpty(appended))
  AND (platform, product, id) IN (
      SELECT platform, product, id FROM (
          SELECT platform, product, id, {{template "drawn reviews"}} AS drawn, grade FROM reviews
          WHERE {{template "inside"}} AND is_default = 0
      )
      WHERE drawn <= if(grade = @negative, toUInt64(@poor), toUInt64(@limit))
  )
  AND (platform, product, id) NOT IN (
      SELECT platform, product, review FROM mentions
      WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
        AND cityHash64(toInt64(@seed), platform, product, review) <= greatest(toUInt64(@poor), toUInt64(@limit))
  )
ORDER BY {{template "drawn reviews"}}, platform, product, id
