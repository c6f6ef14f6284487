/*---
title: Values agreed with finance
unit: share
definition: Of the models with unit values, those whose value finance has agreed to.
---*/
SELECT
  calendar.day,
  'organization' AS subject,
  count(model_id) FILTER (WHERE value IS NOT NULL AND (sign_off IS NOT NULL AND coalesce(try_cast(sign_off AS DATE) <= calendar.day, true))) AS numerator,
  count(model_id) FILTER (WHERE value IS NOT NULL) AS denominator,
  share(numerator, denominator) AS value,
  lacking(list(titled(model_id)) FILTER (WHERE value IS NOT NULL AND NOT (sign_off IS NOT NULL AND coalesce(try_cast(sign_off AS DATE) <= calendar.day, true)))) AS detail
FROM calendar
LEFT JOIN governed USING (day)
GROUP BY calendar.day
ORDER BY calendar.day
