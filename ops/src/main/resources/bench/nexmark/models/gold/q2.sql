SELECT auction, price
FROM silver.bid
WHERE MOD(auction, 123) = 0
