SELECT window_start,
       window_end,
       COUNT(*) AS events,
       COUNT(*) FILTER (WHERE event_type = 'PLAY') AS plays,
       COUNT(*) FILTER (WHERE event_type = 'CLICK') AS clicks,
       COUNT(DISTINCT session_id) AS visitors,
       SUM(amount) AS spent
FROM TABLE(TUMBLE(TABLE silver.clicks, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end
