SELECT region, window_start, window_end, COUNT(*) AS events
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
GROUP BY region, window_start, window_end
