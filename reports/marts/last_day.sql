/*---
title: A last day that may not be whole
definition: >
  One row per model whose reported day had fewer requests than the limit for two days together, while no row of any
  later day has arrived: nothing in the logs shows that the day is complete. One such day is no alert; a second one is.
---*/
select signal.model_id as model, signal.day, signal.observed::bigint as requests, signal.expected
from mart.signal as signal
join catalog.rule as rule on rule.rule = signal.rule and rule.method = 'usage_drop'
join page.now as now on now.as_of = signal.day
where signal.metric = 'requests' and signal.state = 'ok' and signal.observed < signal.low
  and not exists (select 1 from ops.ledger as later where later.kind = 'requests' and later.day > now.as_of)
qualify row_number() over (partition by signal.model_id order by signal.rule) = 1
order by signal.model_id
