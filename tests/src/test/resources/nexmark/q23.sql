select b.bidder, b.price, b.channel, b.url, b.extra, p.id, p.name, p.emailAddress, p.creditCard, p.city, p.state,
  p.extra, a.itemName, a.description, a.initialBid, a.reserve, a.date_time, a.expires, a.seller, a.category, a.extra
from bid b join person p on b.bidder = p.id join auction a on a.seller = p.id
