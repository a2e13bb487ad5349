-- The products of which the run brought reviews.
SELECT DISTINCT platform, product FROM (
    SELECT platform, product FROM reviews WHERE run = @run
    UNION ALL
    SELECT platform, product FROM superseded WHERE run = @run
)
