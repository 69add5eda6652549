SELECT session_id,
       window_start,
       window_end,
       COUNT(*) AS events,
       SUM(amount) AS spent,
       LAST_VALUE(event_type) AS last_event
FROM TABLE(SESSION(TABLE silver.clicks PARTITION BY session_id, DESCRIPTOR(client_ts), INTERVAL '30' MINUTE))
GROUP BY session_id, window_start, window_end
