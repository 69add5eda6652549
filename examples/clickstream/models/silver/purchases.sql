SELECT event_id, session_id, client_ts, amount, 'small' AS basket
FROM silver.clicks
WHERE amount < 20
UNION ALL
SELECT event_id, session_id, client_ts, amount, 'large' AS basket
FROM silver.clicks
WHERE amount >= 20
