-- Of these products those that have reviews which another run brought.
SELECT DISTINCT platform, product FROM reviews
WHERE platform IN @platforms AND product IN @products AND run != @run
