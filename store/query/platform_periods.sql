SELECT DISTINCT period FROM counts WHERE platform = @platform
