SELECT DISTINCT period FROM counts{{once}} WHERE platform = @platform
