with bids as (
  select a.id, a.seller, b.price, b.date_time,
    row_number() over (partition by a.id order by b.price desc, b.date_time, b.bidder) as rank
  from auction a join bid b on b.auction = a.id and b.date_time between a.date_time and a.expires
)
select id, seller, cast(sum(price) over last::hugeint // count(*) over last as bigint)
from bids where rank = 1
window last as (partition by seller order by date_time, id rows between 10 preceding and current row)
