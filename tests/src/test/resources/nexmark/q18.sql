select auction, bidder, price, channel, url, date_time, extra from bid
qualify row_number() over (partition by bidder, auction order by date_time desc, place desc, position desc) = 1
