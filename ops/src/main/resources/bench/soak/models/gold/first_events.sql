SELECT event_id, user_id, event_type, client_ts
FROM events
QUALIFY ROW_NUMBER() OVER (PARTITION BY event_id ORDER BY client_ts) = 1
