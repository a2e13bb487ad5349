-- Products that were listed under a product keyword at @seen, and before only under
-- others: how many, and one of them with a keyword of each.
SELECT count(), any(called), any(under[1]), any(earlier[1])
FROM (
    SELECT argMax(name, seen) AS called,
           arrayFilter(k -> k != '', groupUniqArrayIf(toString(keyword), seen = @seen)) AS under,
           arrayFilter(k -> k != '', groupUniqArrayIf(toString(keyword), seen < @seen)) AS earlier
    FROM listings
    WHERE (platform, product) IN (SELECT platform, product FROM listings WHERE seen = @seen)
    GROUP BY platform, product
    HAVING notEmpty(earlier) AND arrayExists(k -> NOT has(earlier, k), under)
)
