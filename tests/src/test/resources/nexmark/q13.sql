select b.auction, b.bidder, b.price, b.date_time, s.value from bid b join side_input s on s.key = b.auction % 10000
