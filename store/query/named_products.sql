-- The products of a platform whose ID is their name, with the shops that they
-- were listed in.
SELECT product, groupUniqArray(shop)
FROM listings FINAL
WHERE platform = @platform AND product = name
GROUP BY product
