-- Of the replicas that Distributed tables are read from now, those with tables
-- that miss what others have. Merges do not count. log_max_index is 0 with one
-- entry and with none; so the very first one is not waited for.
SELECT groupUniqArray(replica_name) FROM {{system "replicas"}}
WHERE database = {{database}}
  AND (is_readonly = 1 OR log_max_index > 0 AND log_max_index >= log_pointer OR queue_size > merges_in_queue)
