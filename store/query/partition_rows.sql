SELECT count() FROM {{.}} WHERE period = @period AND dictionary = @partition
