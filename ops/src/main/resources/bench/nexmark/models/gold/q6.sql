WITH bids AS (
  SELECT a.id, a.seller, b.price, b.date_time, b.bidder
  FROM silver.auction AS a
  JOIN silver.bid AS b ON b.auction = a.id
  WHERE b.date_time BETWEEN a.date_time AND a.expires
), winning AS (
  SELECT id, seller, price, date_time
  FROM bids
  QUALIFY ROW_NUMBER() OVER (PARTITION BY id, seller ORDER BY price DESC, date_time, bidder) <= 1
)
SELECT id, seller, AVG(price) OVER (PARTITION BY seller ORDER BY date_time, id ROWS BETWEEN 10 PRECEDING AND CURRENT ROW) AS average
FROM winning
