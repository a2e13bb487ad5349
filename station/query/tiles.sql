SELECT t.id, t.title, t.list, t.figure, t.shape, t.width, coalesce(v.query, ''), v.id IS NULL AND t.list <> ''
FROM tile AS t LEFT JOIN view AS v ON v.id = t.view
WHERE t.dashboard = ?
ORDER BY t.place, t.id
