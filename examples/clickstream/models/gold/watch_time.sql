SELECT window_start,
       window_end,
       SUM(seconds) AS seconds_watched,
       COUNT(DISTINCT session_id) AS viewers
FROM TABLE(TUMBLE(TABLE silver.watched, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end
