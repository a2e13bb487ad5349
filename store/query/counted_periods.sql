SELECT DISTINCT period FROM counts WHERE dictionary = @dictionary AND period >= @first AND period <= @last ORDER BY period
