-- Who holds a lease, by the clock of the server.
SELECT holder FROM (
    SELECT holder, argMax(until, version) AS held FROM leases WHERE name = @name GROUP BY holder
)
WHERE held > toInt64(toUInt32(now()))
