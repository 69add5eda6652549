with highest as (
  select date_time - date_time % 10000000 as start, max(price) as price from bid group by all
)
select b.auction, b.price, b.bidder, b.date_time, b.extra
from bid b join highest h on b.price = h.price and b.date_time between h.start and h.start + 10000000
