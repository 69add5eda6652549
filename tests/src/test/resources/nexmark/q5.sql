with windows as (
  select auction, date_time - date_time % 2000000 - 2000000 * k as start from bid, (select unnest(range(5)) as k)
), counts as (
  select auction, start, count(*) as num from windows group by auction, start
)
select auction, num from counts c where num = (select max(num) from counts m where m.start = c.start)
