/*---
title: Consumers
definition: >
  Who called each model in the leading window, the ten largest by requests; `others` counts the rest. Errors are NULL
  if no status is logged.
---*/
with counted as (
  select
    c.model_id as model,
    c.consumer,
    sum(c.requests)::bigint as requests,
    sum(c.records)::bigint as records,
    case when sum(c.judged) > 0 then sum(c.errors)::bigint end as errors
  from daily.consumer as c, page.now as now
  where c.day between now.window_start and now.as_of
  group by all
),
ranked as (
  select
    *,
    requests / nullif(sum(requests) over (partition by model), 0) as share,
    count(*) over (partition by model) as consumers,
    row_number() over (partition by model order by requests desc, consumer) as place
  from counted
)
select *, greatest(consumers - 10, 0) as others
from ranked
where place <= 10
order by model, place
