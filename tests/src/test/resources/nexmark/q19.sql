select auction, bidder, price, channel, url, date_time, extra,
  row_number() over (partition by auction order by price desc, date_time, place, position) as rank_number
from bid qualify rank_number <= 10
