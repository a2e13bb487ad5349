-- The products of a platform that were listed at a moment, which is that of one
-- import, with what they are called and whose they are.
SELECT product, name, shop FROM listings WHERE platform = @platform AND seen = @seen GROUP BY product, name, shop
