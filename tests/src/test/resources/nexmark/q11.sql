with marked as (
  select *, coalesce(date_time - lag(date_time) over (partition by bidder order by date_time) > 10000000, true) as first
  from bid
), numbered as (
  select *, count(*) filter (first) over (partition by bidder order by date_time) as session from marked
)
select bidder, count(*), min(date_time), max(date_time) + 10000000 from numbered group by bidder, session
