SELECT l.id, l.period, l.product, l.hazard, l.mark, coalesce(l.head, 0), l.state, l.reason,
    coalesce(l.assignee, 0), coalesce(account.person, ''), coalesce(l.casefile, 0), l.version
FROM lead l LEFT JOIN account ON account.id = l.assignee
WHERE (l.period = ?1 OR ?1 = '') AND (l.casefile = ?2 OR ?2 = 0) AND (l.assignee = ?3 OR ?3 = 0) AND (l.id = ?4 OR ?4 = 0)
ORDER BY l.id
