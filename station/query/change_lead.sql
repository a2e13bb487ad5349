UPDATE lead SET state = ?2, reason = ?3, assignee = ?4, head = ?5, casefile = ?6, version = version + 1 WHERE id = ?1
