SELECT origin,
       window_start,
       window_end,
       COUNT(*) AS flights,
       COUNT(*) FILTER (WHERE is_late) AS late_flights,
       AVG(CAST(delay AS DOUBLE)) AS average_delay,
       APPROX_PERCENTILE(delay, 0.9) AS delay_p90
FROM TABLE(TUMBLE(TABLE silver.flights, DESCRIPTOR(departure), INTERVAL '1' DAY))
GROUP BY origin, window_start, window_end
