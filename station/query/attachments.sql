SELECT a.id, a.comment, a.name, a.hash, a.size FROM attachment a JOIN comment c ON c.id = a.comment
WHERE c.kind = ?1 AND c.subject = ?2 ORDER BY a.id
