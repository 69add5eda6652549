SELECT event_id, session_id, event_type, client_ts, amount
FROM clicks
QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY client_ts) = 1
