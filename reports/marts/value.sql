/*---
title: Value by evidence
definition: >
  One row per kind (measured, declared), evidence grade and currency: the sum of the models' money per month. The
  interval of the sum treats the models' errors as independent. Measured and declared value are never added. A value measured
  by an experiment that ended earlier counts with the month it was measured in (`is_current` is false).
---*/
select
  kind,
  evidence,
  currency,
  count(*) as models,
  bool_and(is_current) as is_current,
  max(day) as last_day,
  sum(month_value order by model) as value,
  sum(month_value order by model) - sqrt(sum(pow(month_value - month_low, 2) order by model)) as low,
  sum(month_value order by model) + sqrt(sum(pow(month_high - month_value, 2) order by model)) as high,
  sum(month_cost order by model) as cost,
  sum(month_plan order by model) as plan
from page.impact
where value is not null and kind is not null
group by kind, evidence, currency
order by kind desc, evidence, currency
