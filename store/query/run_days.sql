-- The days of the copies that come and go when runs are taken back: those that
-- the run brought, and those that they have replaced.
SELECT DISTINCT toDate(published) FROM (
    SELECT published FROM reviews WHERE run = @run
    UNION ALL
    SELECT published FROM superseded WHERE run = @run
    UNION ALL
    SELECT published FROM superseded WHERE by IN @undone
)
