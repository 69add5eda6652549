SELECT f.flight_id,
       f.departure,
       f.origin,
       o.city AS origin_city,
       o.state AS origin_state,
       f.destination,
       d.city AS destination_city,
       d.state AS destination_state,
       f.distance,
       f.delay
FROM silver.flights AS f
LEFT JOIN silver.airports FOR SYSTEM_TIME AS OF f.departure AS o ON o.iata = f.origin
LEFT JOIN silver.airports FOR SYSTEM_TIME AS OF f.departure AS d ON d.iata = f.destination
