SELECT n.id, n.at, n.who, n.action, n.content, l.product, l.hazard
FROM leadnote n JOIN lead l ON l.id = n.lead
WHERE l.id = ?1 OR l.head = ?1 ORDER BY n.id
