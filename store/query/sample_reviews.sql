-- The reviews without an affirmed mention whose random numbers are up to the
-- limit, by number. The keys are searched first, so that few texts are read.
SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM {{template "window" .}}
  AND is_default = 0 AND (notEmpty(text) OR notEmpty(appended))
  AND (platform, product, id) IN (
      SELECT platform, product, id FROM reviews
      WHERE {{template "inside"}} AND cityHash64(toInt64(@seed), platform, product, id) <= @limit
  )
  AND (platform, product, id) NOT IN (
      SELECT platform, product, review FROM mentions
      WHERE period = @period AND dictionary = @mentions AND assertion = @affirmed
        AND cityHash64(toInt64(@seed), platform, product, review) <= @limit
  )
ORDER BY cityHash64(toInt64(@seed), platform, product, id), platform, product, id
