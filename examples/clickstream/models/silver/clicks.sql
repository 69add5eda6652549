SELECT event_id, session_id, user_id, UPPER(event_type) AS event_type, client_ts, amount
FROM clicks
WHERE event_type <> 'impression'
