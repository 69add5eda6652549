with registered as (
  select distinct id, name, date_time - date_time % 10000000 as start from person
), selling as (
  select distinct seller, date_time - date_time % 10000000 as start from auction
)
select id, name, p.start from registered p join selling a on p.id = a.seller and p.start = a.start
