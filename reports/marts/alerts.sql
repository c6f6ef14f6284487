/*---
title: Alerts
definition: >
  One row per alert, worst first: those that need action (open, not grouped under another alert, not silenced) by severity
  and day, then silenced ones, then those that are over, then those grouped under another. Alerts that ended more than a
  year ago are left out. `ended` is the day it was resolved; `under` counts the alerts grouped under this one; an open
  one is `unjudged` if no day after its last could be judged, for instance because the model has stopped.
---*/
with under as (
  select grouped_under as slug, count(*) as under from mart.alert where grouped_under is not null group by grouped_under
),
judged as (
  select
    alert.* exclude (model_id, resolved),
    alert.model_id as model,
    alert.resolved as ended,
    alert.state in ('open', 'acknowledged', 'mitigated') as is_open
  from mart.alert as alert
),
known as (
  select alert.slug, max(signal.day) as day
  from mart.alert as alert
  join mart.signal as signal
    on signal.model_id = alert.model_id and signal.rule = alert.rule and signal.metric = alert.metric
    and signal.segment = alert.segment and signal.feature = alert.feature
  where alert.resolved is null and signal.day >= alert.opened and signal.observed is not null
  group by alert.slug
),
asked as (
  select
    judged.*,
    is_open and grouped_under is null and silenced_until is null as is_asked,
    is_open and acknowledged is null and deadline < now.as_of as is_overdue,
    is_open and last_seen < now.as_of and coalesce(known.day <= last_seen, true) as unjudged,
    date_diff('day', opened, coalesce(ended, now.as_of)) + 1 as days_open
  from judged
  cross join page.now as now
  left join known on known.slug = judged.slug
  where is_open or opened >= now.as_of - 366
)
select
  row_number() over (
    order by asked.is_asked desc, asked.grouped_under is not null, asked.is_open desc, list_position(['high', 'medium', 'low'], asked.severity),
      asked.opened desc, asked.slug
  ) as place,
  asked.*,
  model.slug as model_slug,
  coalesce(model.title, nullif(asked.model, ''), 'source ' || asked.feature) as model_title,
  rule.title as rule_title,
  rule.meaning,
  rule.method,
  rule.file as rule_file,
  metric.title as metric_title,
  metric.slug as metric_slug,
  metric.family,
  case asked.severity when 'high' then 'poor' else 'watch' end as grade,
  coalesce(under.under, 0) as under,
  leader.title as leader_title
from asked
left join catalog.model as model on model.model_id = asked.model
left join catalog.rule as rule on rule.rule = asked.rule
left join catalog.metric as metric on metric.metric = asked.metric
left join under on under.slug = asked.slug
left join mart.alert as leader on leader.slug = asked.grouped_under
order by place
