SELECT n.person.id AS id, n.person.name AS name, n.person.emailAddress AS emailAddress,
  n.person.creditCard AS creditCard, n.person.city AS city, n.person.state AS state, date_time,
  n.person.extra AS extra
FROM nexmark AS n
WHERE event_type = 0
