-- Months of the copies that hold of reviews which have another copy in a window,
-- and the one that holds before it.
SELECT DISTINCT toUInt32(toYYYYMM(held))
FROM (
    SELECT argMax(published, version) AS held FROM reviews
    WHERE (platform, product, id) IN ({{template "moved"}})
    GROUP BY platform, product, id
)
WHERE held < toDateTime(@from)
