-- Distinct reviews are counted by grouping twice: a set of them for each count of
-- each group takes a kilobyte a group, and there are nearly as many groups as reviews.
-- Level 0 does not depend on the dictionary: it may be taken from another one's
-- counts of the same reviews.
INSERT INTO counts (period, dictionary, grain, level, name, platform, product, day, reviews, negative, hidden, defaults)
SELECT @period, @counts, 0, level, name, platform, product, day,
       toUInt32(reviews), toUInt32(negative), toUInt32(hidden), toUInt32(defaults)
FROM (
    {{- if .Data.Before}}
    SELECT level, name, platform, product, day, toUInt64(reviews) AS reviews, toUInt64(negative) AS negative,
           toUInt64(hidden) AS hidden, toUInt64(defaults) AS defaults
    FROM counts{{once}}
    WHERE period = @period AND dictionary = @before AND grain = 0 AND level = 0
    {{- else}}
    SELECT toUInt8(0) AS level, '' AS name, platform, product, toDate(published) AS day,
           count() AS reviews, countIf(grade = @negative) AS negative,
           countIf{{template "hidden complaint"}} AS hidden, countIf(is_default = 1) AS defaults
    FROM {{template "window" .}}
    GROUP BY platform, product, day
    {{- end}}
    {{- range .Data.Levels}}
    UNION ALL
    SELECT toUInt8({{.Level}}) AS level, name, platform, product, day,
           count() AS reviews, sum(is_negative) AS negative, sum(is_hidden) AS hidden, sum(by_default) AS defaults
    FROM (
        SELECT {{.Name}} AS name, platform, product, review, toDate(published) AS day,
               max(grade = @negative) AS is_negative, max{{template "hidden complaint"}} AS is_hidden, max(is_default = 1) AS by_default
        FROM mentions
        WHERE period = @period AND dictionary = @mentions AND {{template "affirmed" $}}
        GROUP BY name, platform, product, review, day
    )
    GROUP BY name, platform, product, day
    {{- end}}
)
WHERE level != 2 OR name != ''
