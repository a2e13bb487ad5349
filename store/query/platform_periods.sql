-- The periods of which something was made and in which the platform has
-- reviews or had some when they were mined.
SELECT DISTINCT period FROM (
    SELECT period FROM counts WHERE platform = @platform
    UNION ALL
    SELECT period FROM mentions WHERE platform = @platform
)
