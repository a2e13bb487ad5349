-- Of the products that an import listed at @seen: how many are under a product
-- keyword that they did not have and had only others before, one of them with a
-- keyword of each, and how many no product keyword ever lists.
SELECT countIf(moved), anyIf(called, moved), anyIf(under[1], moved), anyIf(earlier[1], moved), countIf(keyless)
FROM (
    SELECT argMax(name, seen) AS called,
           arrayFilter(k -> k != '', groupUniqArrayIf(toString(keyword), seen = @seen)) AS under,
           arrayFilter(k -> k != '', groupUniqArrayIf(toString(keyword), seen < @seen)) AS earlier,
           notEmpty(earlier) AND arrayExists(k -> NOT has(earlier, k), under) AS moved,
           max(keyword) = '' AS keyless
    FROM listings
    WHERE (platform, product) IN (SELECT platform, product FROM listings WHERE seen = @seen)
    GROUP BY platform, product
)
