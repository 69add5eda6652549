SELECT event_id, session_id, client_ts, TIMESTAMPDIFF(SECOND, since, client_ts) AS seconds
FROM (
  SELECT event_id, session_id, client_ts,
         LAG(event_type) OVER (PARTITION BY session_id ORDER BY client_ts) AS before,
         LAG(client_ts) OVER (PARTITION BY session_id ORDER BY client_ts) AS since
  FROM silver.unique_clicks
  WHERE event_type IN ('play', 'pause', 'seek'))
WHERE before IN ('play', 'seek')
