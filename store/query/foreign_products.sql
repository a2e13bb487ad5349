-- Of these products those that have reviews which another run brought, and whether
-- one of those was followed up.
SELECT platform, product, max(appended != '') FROM reviews
WHERE platform IN @platforms AND product IN @products AND run != @run
GROUP BY platform, product
