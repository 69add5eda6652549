SELECT window_start,
       window_end,
       COUNT(*) FILTER (WHERE event_type = 'impression') AS impressions,
       COUNT(*) FILTER (WHERE event_type = 'click') AS clicks,
       CAST(COUNT(*) FILTER (WHERE event_type = 'click') AS DOUBLE)
         / NULLIF(COUNT(*) FILTER (WHERE event_type = 'impression'), 0) AS click_rate
FROM TABLE(TUMBLE(TABLE silver.unique_clicks, DESCRIPTOR(client_ts), INTERVAL '1' MINUTE))
GROUP BY window_start, window_end
