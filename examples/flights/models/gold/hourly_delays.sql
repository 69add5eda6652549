SELECT origin,
       window_start,
       window_end,
       COUNT(*) AS flights,
       AVG(CAST(delay AS DOUBLE)) AS average_delay
FROM TABLE(TUMBLE(TABLE silver.flights, DESCRIPTOR(departure), INTERVAL '1' HOUR))
GROUP BY origin, window_start, window_end
