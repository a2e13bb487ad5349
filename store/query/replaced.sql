-- The reviews that the run brought and that another run's copy with another text or grade
-- was held of before; one part of the keys, so that the set stays small.
SELECT uniqExact(cityHash64(platform, product, id)) FROM superseded
WHERE by = @run AND cityHash64(platform, product, id) % @parts = @part
  AND cityHash64(platform, product, id, text, grade) NOT IN (
    SELECT cityHash64(platform, product, id, text, grade) FROM reviews
    WHERE run = @run AND cityHash64(platform, product, id) % @parts = @part
)
