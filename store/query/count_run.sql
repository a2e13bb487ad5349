-- Copies that lost against another run's still count; 64 bits of hash keep the
-- set small.
SELECT uniqExact(cityHash64(platform, product, id)) FROM reviews WHERE run = @run
