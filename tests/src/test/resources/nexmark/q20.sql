select b.auction, b.bidder, b.price, b.channel, b.url, b.date_time, b.extra, a.itemName, a.description, a.initialBid,
  a.reserve, a.date_time, a.expires, a.seller, a.category, a.extra
from bid b join auction a on b.auction = a.id where a.category = 10
