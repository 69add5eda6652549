WITH winning AS (
  SELECT a.id, a.category, MAX(b.price) AS highest
  FROM silver.auction AS a
  JOIN silver.bid AS b ON b.auction = a.id
  WHERE b.date_time BETWEEN a.date_time AND a.expires
  GROUP BY a.id, a.category
)
SELECT category AS id, AVG(highest) AS average
FROM winning
GROUP BY category
