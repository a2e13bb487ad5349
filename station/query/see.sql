UPDATE notice SET seen = ?3 WHERE account = ?1 AND (id = ?2 OR ?2 = 0) AND seen = 0
