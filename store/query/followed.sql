-- The follow-ups of reviews, of every copy that has one, the latest last.
SELECT platform, product, id, appended, appended_at FROM reviews
WHERE {{template "these reviews"}} AND appended != ''
ORDER BY version
