select auction, bidder, price, date_time, extra, strftime(make_timestamp(date_time), '%Y-%m-%d'),
  strftime(make_timestamp(date_time), '%H:%M')
from bid
