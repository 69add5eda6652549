SELECT n.auction.id AS id, n.auction.itemName AS itemName, n.auction.description AS description,
  n.auction.initialBid AS initialBid, n.auction.reserve AS reserve, date_time, n.auction.expires AS expires,
  n.auction.seller AS seller, n.auction.category AS category, n.auction.extra AS extra
FROM nexmark AS n
WHERE event_type = 1
