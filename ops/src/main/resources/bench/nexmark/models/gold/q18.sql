SELECT auction, bidder, price, channel, url, date_time, extra
FROM silver.bid
QUALIFY ROW_NUMBER() OVER (PARTITION BY bidder, auction ORDER BY date_time DESC) <= 1
