SELECT user_id, window_start, window_end, COUNT(*) AS events
FROM TABLE(SESSION(TABLE events PARTITION BY user_id, DESCRIPTOR(client_ts), INTERVAL '20' SECOND))
GROUP BY user_id, window_start, window_end
