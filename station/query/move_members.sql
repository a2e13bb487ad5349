UPDATE lead SET head = ?2, version = version + 1 WHERE head = ?1
