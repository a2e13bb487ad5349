-- The account's own, then those that are shown to one of its roles, by name.
SELECT d.id, d.account, a.person, d.name, d.roles, d.changed, (SELECT count(*) FROM tile WHERE dashboard = d.id)
FROM dashboard AS d JOIN account AS a ON a.id = d.account
WHERE d.account = ?1 OR EXISTS (
    SELECT 1 FROM json_each(d.roles) AS shown JOIN json_each(?2) AS has ON has.value = shown.value)
ORDER BY d.account <> ?1, d.name, d.id
