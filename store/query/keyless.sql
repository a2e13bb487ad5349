-- Products that were listed at @seen and never under a product keyword.
SELECT count()
FROM (
    SELECT platform, product FROM listings
    WHERE (platform, product) IN (SELECT platform, product FROM listings WHERE seen = @seen)
    GROUP BY platform, product
    HAVING max(keyword) = ''
)
