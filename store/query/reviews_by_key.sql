-- The latest copies in the window, without FINAL, which would read the texts of
-- all reviews.
SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM reviews
WHERE published >= toDateTime(@from) AND published < toDateTime(@to)
  AND (platform, product, id) IN (@keys)
ORDER BY platform, product, id, version DESC
LIMIT 1 BY platform, product, id
