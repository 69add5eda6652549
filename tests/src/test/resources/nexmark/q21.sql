with numbered as (
  select *, case lower(channel) when 'apple' then '0' when 'google' then '1' when 'facebook' then '2'
    when 'baidu' then '3' else nullif(regexp_extract(url, '(&|^)channel_id=([^&]*)', 2), '') end as number
  from bid
)
select auction, bidder, price, channel, number from numbered where number is not null
