SELECT n.bid.auction AS auction, n.bid.bidder AS bidder, n.bid.price AS price, n.bid.channel AS channel,
  n.bid.url AS url, date_time, n.bid.extra AS extra
FROM nexmark AS n
WHERE event_type = 2
