SELECT report FROM reports FINAL WHERE run = @run
