/*---
title: Known events
definition: >
  One row per event that people stated in data/alerts: which alerts opened on its days or the two after (without those
  judged false), and if none did, what the monitors of its models said instead.
---*/
with event as (
  select *, coalesce(until, day) as last_day from catalog.event where day <= (select as_of from page.now)
),
alert as (
  select event.position, list({'slug': a.slug, 'title': a.title} order by a.severity = 'high' desc, a.opened, a.slug)
    as alerts
  from event
  join mart.alert as a
    on a.opened between event.day and event.last_day + 2 and a.grouped_under is null
    and a.verdict is distinct from 'false alarm'
    and (len(event.models) = 0 or list_contains(event.models, a.model_id))
  group by event.position
),
said as (
  select
    event.position,
    count(*) as judged,
    count(*) filter (where signal.state = 'warming up') as warming,
    count(*) filter (where rule.method not in ('threshold', 'target', 'schema')) as learning,
    count(*) filter (where signal.state = 'fires' and signal.opened is null) as fired
  from event
  join mart.signal as signal
    on signal.day between event.day and event.last_day
    and (len(event.models) = 0 or list_contains(event.models, signal.model_id))
  left join catalog.rule as rule on rule.rule = signal.rule
  group by event.position
)
select
  event.* exclude (models),
  coalesce(alert.alerts, []) as alerts,
  case
    when alert.alerts is not null then 'seen'
    when said.judged is null then 'no monitor judged these days'
    when said.warming > said.learning / 2 then 'no alert: most monitors were still warming up'
    when said.fired > 0 then 'no alert: single days fired, too few in a row'
    else 'no alert: within the usual variation'
  end as outcome
from event
left join alert on alert.position = event.position
left join said on said.position = event.position
order by event.position
