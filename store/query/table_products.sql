-- The products of a platform that were seen at a moment, which is that of one
-- import.
SELECT DISTINCT platform, product FROM listings WHERE platform = @platform AND seen = @seen
