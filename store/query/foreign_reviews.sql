SELECT platform, run FROM reviews WHERE platform IN @platforms AND run != @run LIMIT 1
