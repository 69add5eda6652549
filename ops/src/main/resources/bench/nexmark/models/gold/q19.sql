SELECT *, ROW_NUMBER() OVER (PARTITION BY auction ORDER BY price DESC) AS rank_number
FROM silver.bid
QUALIFY rank_number <= 10
