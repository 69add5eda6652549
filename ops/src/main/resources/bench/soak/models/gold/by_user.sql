SELECT user_id, window_start, window_end, COUNT(*) AS events, SUM(amount) AS amount
FROM TABLE(TUMBLE(TABLE events, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
GROUP BY user_id, window_start, window_end
