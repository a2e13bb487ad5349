SELECT shard_num, host_name, port FROM system.clusters WHERE cluster = @cluster ORDER BY shard_num, replica_num
