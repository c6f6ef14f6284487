/*---
title: A last day that may not be whole
definition: >
  One row a model of which the reported day brought fewer requests than the limit that two days together are held
  against, while no row of any later day has come: nothing in the logs says that the day is whole. One such day is no
  alert; a second one is.
---*/
select signal.model_id as model, signal.day, signal.observed::bigint as requests, signal.expected
from mart.signal as signal
join catalog.rule as rule on rule.rule = signal.rule and rule.method = 'usage_drop'
join page.now as now on now.as_of = signal.day
where signal.metric = 'requests' and signal.state = 'ok' and signal.observed < signal.low
  and not exists (select 1 from ops.ledger as later where later.kind = 'requests' and later.day > now.as_of)
qualify row_number() over (partition by signal.model_id order by signal.rule) = 1
order by signal.model_id
