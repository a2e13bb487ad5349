-- Of the reviews of which runs that were taken back have replaced a copy, the
-- last copy that another run brought. Where a later one holds it changes nothing.
INSERT INTO reviews (platform, product, id, published, rating, grade, rule, is_default,
                     text, appended, appended_at, run, version)
SELECT platform, product, id, published, rating, grade, rule, is_default,
       text, appended, appended_at, run, version
FROM superseded
WHERE toYYYYMM(published) = @month AND (cityHash64(platform, product, id), version) IN (
    SELECT cityHash64(platform, product, id) AS key, max(version)
    FROM superseded
    WHERE run NOT IN @undone AND cityHash64(platform, product, id) IN (
        SELECT cityHash64(platform, product, id) FROM superseded WHERE by IN @undone
    )
    GROUP BY key
)
