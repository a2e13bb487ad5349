-- How many rows the parts of a table had when they were attached, whatever has
-- been merged since: a merge drops rows that are replaced. A part that was
-- attached has one block; one that was merged alone has the same and a higher
-- level.
SELECT sum(attached) FROM (
    SELECT argMin(rows, level) AS attached
    FROM system.parts
    WHERE database = currentDatabase() AND table = '{{.}}' AND min_block_number = max_block_number
    GROUP BY partition_id, min_block_number
)
