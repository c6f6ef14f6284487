/*---
title: Log rows that could be used
unit: share
definition: Of the rows of request logs whose event lies in the last 28 days, those accepted or recognised as duplicates; the rest was rejected.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  sum(accepted + duplicate)::BIGINT AS numerator,
  sum(rows_read)::BIGINT AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(DISTINCT source) FILTER (WHERE rejected > 0)) AS detail
FROM calendar
LEFT JOIN ops.ledger AS ledger ON ledger.kind = 'requests' AND ledger.day BETWEEN calendar.day - 27 AND calendar.day
GROUP BY calendar.day
ORDER BY calendar.day
