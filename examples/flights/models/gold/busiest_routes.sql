SELECT window_start,
       rank_number,
       origin,
       destination,
       flights,
       late_flights
FROM (
  SELECT *,
         ROW_NUMBER() OVER (PARTITION BY window_start, window_end ORDER BY flights DESC, origin, destination) AS rank_number
  FROM (
    SELECT origin,
           destination,
           window_start,
           window_end,
           COUNT(*) AS flights,
           COUNT(*) FILTER (WHERE is_late) AS late_flights
    FROM TABLE(TUMBLE(TABLE silver.flights, DESCRIPTOR(departure), INTERVAL '1' DAY))
    GROUP BY origin, destination, window_start, window_end
  )
)
WHERE rank_number <= 10
