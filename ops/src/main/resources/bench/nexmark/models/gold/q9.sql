SELECT a.id, a.itemName, a.description, a.initialBid, a.reserve, a.date_time, a.expires, a.seller, a.category, a.extra,
  b.auction, b.bidder, b.price, b.date_time AS bid_date_time, b.extra AS bid_extra
FROM silver.auction AS a
JOIN silver.bid AS b ON b.auction = a.id
WHERE b.date_time BETWEEN a.date_time AND a.expires
QUALIFY ROW_NUMBER() OVER (PARTITION BY a.id ORDER BY b.price DESC, b.date_time, b.bidder, b.extra) <= 1
