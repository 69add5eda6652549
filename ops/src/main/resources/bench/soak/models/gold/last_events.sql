SELECT user_id, event_id, event_type, client_ts
FROM events
QUALIFY ROW_NUMBER() OVER (PARTITION BY user_id ORDER BY client_ts DESC) = 1
