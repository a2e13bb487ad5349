SELECT id, centre, kind, number, content, changed, gone FROM received
WHERE (kind = ?1 OR ?1 = '') AND (id = ?2 OR ?2 = 0) ORDER BY gone > 0, changed DESC, id DESC
