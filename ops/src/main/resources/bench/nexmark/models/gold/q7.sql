WITH highest AS (
  SELECT MAX(price) AS price, window_end
  FROM TABLE(TUMBLE(TABLE silver.bid, DESCRIPTOR(date_time), INTERVAL '10' SECOND))
  GROUP BY window_start, window_end
)
SELECT b.auction, b.price, b.bidder, b.date_time, b.extra
FROM silver.bid AS b
JOIN highest AS h ON b.price = h.price
WHERE b.date_time BETWEEN h.window_end - INTERVAL '10' SECOND AND h.window_end
