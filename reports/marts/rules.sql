/*---
title: Rules
definition: One row per rule of reports/rules with what it watches now, and its record.
---*/
with watching as (
  select
    rule,
    count(*) as monitors,
    count(distinct model) as models,
    count(*) filter (where state in ('warming up', 'too few', 'not known')) as blind,
    count(*) filter (where detectable is not null) as with_detectable
  from page.monitors
  group by rule
)
select
  rule.*,
  coalesce(watching.monitors, 0) as monitors,
  coalesce(watching.models, 0) as models,
  coalesce(watching.blind, 0) as blind,
  coalesce(record.alerts, 0) as alerts,
  coalesce(record.judged, 0) as judged,
  coalesce(record.false_alarms, 0) as false_alarms,
  record.review
from catalog.rule as rule
left join watching on watching.rule = rule.rule
left join page.alert_record as record on record.rule = rule.rule
order by record.review is null, alerts desc, rule.rule
