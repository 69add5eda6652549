with ranked as (
  select *, strftime(make_timestamp(date_time), '%Y-%m-%d') as day,
    case when price < 10000 then 1 when price < 1000000 then 2 else 3 end as rank
  from bid
)
select day, count(*), count(*) filter (rank = 1), count(*) filter (rank = 2), count(*) filter (rank = 3),
  count(distinct bidder), count(distinct bidder) filter (rank = 1), count(distinct bidder) filter (rank = 2),
  count(distinct bidder) filter (rank = 3), count(distinct auction), count(distinct auction) filter (rank = 1),
  count(distinct auction) filter (rank = 2), count(distinct auction) filter (rank = 3)
from ranked group by day
