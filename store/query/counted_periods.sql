SELECT DISTINCT period FROM counts{{once}} WHERE dictionary = @dictionary AND period >= @first AND period <= @last ORDER BY period
