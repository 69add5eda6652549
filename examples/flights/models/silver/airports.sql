SELECT iata,
       TRIM(name) AS name,
       NULLIF(city, 'NA') AS city,
       NULLIF(state, 'NA') AS state,
       country,
       latitude,
       longitude,
       valid_from
FROM airports
