select a.id, a.itemName, a.description, a.initialBid, a.reserve, a.date_time, a.expires, a.seller, a.category, a.extra,
  b.auction, b.bidder, b.price, b.date_time, b.extra
from auction a join bid b on b.auction = a.id and b.date_time between a.date_time and a.expires
qualify row_number() over (partition by a.id order by b.price desc, b.date_time, b.bidder, b.extra) = 1
