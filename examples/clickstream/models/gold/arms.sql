SELECT experiment,
       arm,
       window_start,
       window_end,
       COUNT(DISTINCT session_id) AS visitors,
       COUNT(*) FILTER (WHERE event_type = 'impression') AS impressions,
       COUNT(*) FILTER (WHERE event_type = 'click') AS clicks,
       SUM(amount) AS spent
FROM TABLE(TUMBLE(TABLE silver.exposed_clicks, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
WHERE arm IS NOT NULL
GROUP BY experiment, arm, window_start, window_end
