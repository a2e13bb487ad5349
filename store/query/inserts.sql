-- Changes with every insert into reviews, not with merges.
SELECT toUInt64(count()), sum(cityHash64(partition, newest)) FROM (
    SELECT partition, max(max_block_number) AS newest FROM system.parts
    WHERE active AND database = currentDatabase() AND table = 'reviews'
    GROUP BY partition
)
