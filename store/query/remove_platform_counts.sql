ALTER TABLE {{local "counts"}} DELETE WHERE platform = @platform OR grain >= 2 AND period IN @periods
