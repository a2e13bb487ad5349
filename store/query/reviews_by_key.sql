-- The latest copies, of those published in the window if the data says so;
-- without FINAL, which would read the texts of all reviews.
SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM reviews
WHERE (platform, product, id) IN (@keys){{if .}} AND {{template "inside"}}{{end}}
ORDER BY platform, product, id, version DESC
LIMIT 1 BY platform, product, id
