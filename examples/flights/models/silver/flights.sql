SELECT flight_id,
       departure,
       CAST(departure AS DATE) AS flight_date,
       origin,
       destination,
       distance,
       delay,
       delay >= 15 AS is_late
FROM flights
WHERE delay BETWEEN -60 AND 1440
  AND distance > 0
  AND origin <> destination
