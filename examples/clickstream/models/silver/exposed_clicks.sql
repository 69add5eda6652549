SELECT c.event_id, c.session_id, c.event_type, c.client_ts, c.amount, a.experiment, a.arm
FROM silver.unique_clicks c
LEFT ASOF JOIN assignments a
  MATCH_CONDITION c.client_ts >= a.assigned_at
  ON c.session_id = a.session_id
