-- The follow-ups of reviews, of every copy that has one, the latest last.
SELECT platform, product, id, appended, appended_at FROM reviews
WHERE (platform, product, id) IN (@keys) AND appended != ''
ORDER BY version
