RESTORE DATABASE chaping FROM File(@path)
