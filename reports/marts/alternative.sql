/*---
title: Against the simple alternative
definition: >
  One row per model and window from the leading one up: the model's skill against its simple alternative on the same
  labelled requests, and what that is worth per month of 30.4 days at its declared value. 0 is no better than the
  alternative; seasons move a short window, so the longest one decides (`is_longest`). A log that began inside a window
  counts for the days it covers (`period` says how many).
---*/
select
  reading.model_id as model,
  reading.window_days,
  case
    when model.first_day <= now.as_of - reading.window_days + 1 or model.first_day is null
      then reading.window_days || ' days'
    else (now.as_of - model.first_day + 1) || case when model.first_day = now.as_of then ' day' else ' days' end || ' of data'
  end as period,
  reading.window_days = max(reading.window_days) over (partition by reading.model_id) as is_longest,
  reading.value,
  reading.low,
  reading.high,
  reading.n,
  reading.unit,
  impact.currency,
  impact.value * 30.4375 / least(impact.window_days, coalesce(now.as_of - model.first_day + 1, impact.window_days)) as month_value,
  impact.low * 30.4375 / least(impact.window_days, coalesce(now.as_of - model.first_day + 1, impact.window_days)) as month_low,
  impact.high * 30.4375 / least(impact.window_days, coalesce(now.as_of - model.first_day + 1, impact.window_days)) as month_high
from mart.reading as reading
cross join page.now as now
join catalog.model as model on model.model_id = reading.model_id
left join mart.impact as impact
  on impact.model_id = reading.model_id and impact.day = reading.day and impact.window_days = reading.window_days
  and impact.kind = 'declared'
where reading.metric = 'mae_skill' and reading.value is not null and reading.day = now.as_of
  and reading.window_days >= now.window_days
  and reading.version = '' and reading.segment = '' and reading.feature = ''
order by model, reading.window_days
