with winning as (
  select a.id, any_value(a.category) as category, max(b.price) as highest
  from auction a join bid b on b.auction = a.id and b.date_time between a.date_time and a.expires
  group by a.id
)
select category, cast(sum(highest)::hugeint // count(*) as bigint) from winning group by category
