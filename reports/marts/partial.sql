/*---
title: The running day
definition: >
  Requests so far of the day in progress; shown as partial and never compared. Errors are NULL if no status is logged.
---*/
select model_id as model, sum(requests)::bigint as requests,
  case when sum(judged) > 0 then sum(errors)::bigint end as errors, any_value(day) as day
from daily.traffic, page.now as now
where segment = '' and day = now.running_day
group by model_id
order by model
