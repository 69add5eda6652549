with ranked as (
  select *, strftime(make_timestamp(date_time), '%Y-%m-%d') as day,
    case when price < 10000 then 1 when price < 1000000 then 2 else 3 end as rank
  from bid
)
select auction, day, count(*), count(*) filter (rank = 1), count(*) filter (rank = 2), count(*) filter (rank = 3),
  min(price), max(price), cast(sum(price)::hugeint // count(*) as bigint), cast(sum(price) as bigint)
from ranked group by auction, day
