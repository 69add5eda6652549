with hours as (select *, hour(make_timestamp(date_time)) as h from bid)
select auction, bidder, cast(0.908 * price as decimal(23, 3)),
  case when h between 8 and 18 then 'dayTime' when h <= 6 or h >= 20 then 'nightTime' else 'otherTime' end,
  date_time, extra, length(extra) - length(replace(extra, 'c', ''))
from hours where 0.908 * price > 1000000 and 0.908 * price < 50000000
