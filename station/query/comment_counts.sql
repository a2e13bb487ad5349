SELECT subject, count(*) FROM comment
WHERE kind = ?1 AND (?2 OR station IS NULL OR station = ?3) GROUP BY subject
