SELECT id, UPPER(customer) AS customer, amount, amount * 2 AS doubled, ordered_at
FROM orders
WHERE customer <> 'internal'
