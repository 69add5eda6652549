SELECT event_id, session_id, user_id, device_id, LOWER(event_type) AS event_type, content_id, region, client_ts, amount,
  properties
FROM events
