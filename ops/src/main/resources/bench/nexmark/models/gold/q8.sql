WITH registered AS (
  SELECT id, name, window_start, window_end
  FROM TABLE(TUMBLE(TABLE silver.person, DESCRIPTOR(date_time), INTERVAL '10' SECOND))
  GROUP BY id, name, window_start, window_end
), selling AS (
  SELECT seller, window_start, window_end
  FROM TABLE(TUMBLE(TABLE silver.auction, DESCRIPTOR(date_time), INTERVAL '10' SECOND))
  GROUP BY seller, window_start, window_end
)
SELECT p.id, p.name, p.window_start AS starttime
FROM registered AS p
JOIN selling AS a ON p.id = a.seller AND p.window_start = a.window_start AND p.window_end = a.window_end
