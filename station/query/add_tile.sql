-- At the end of the account's own dashboard, of one of its own views.
INSERT INTO tile (dashboard, place, title, list, view, figure, shape, width)
SELECT d.id, (SELECT coalesce(max(place), 0) + 1 FROM tile WHERE dashboard = d.id), ?3,
       coalesce((SELECT list FROM view WHERE id = ?4 AND account = ?2), ''), nullif(?4, 0), ?5, ?6, ?7
FROM dashboard AS d
WHERE d.id = ?1 AND d.account = ?2 AND (?4 = 0 OR EXISTS (SELECT 1 FROM view WHERE id = ?4 AND account = ?2))
