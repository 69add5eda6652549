SELECT order_id,
       LOWER(customer) AS customer,
       status,
       amount,
       ordered_at
FROM orders
WHERE status <> 'cancelled'
