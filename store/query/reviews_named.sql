SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM reviews FINAL
WHERE (platform, product, id) IN (@keys)
