/*---
title: Record of alerts
definition: >
  One row for all alerts, one per rule and one per severity: how many there were, how fast people acknowledged and
  resolved them (days; median, 90th percentile, 90 % bootstrap interval of the median), and how many of the judged ones
  were false.
---*/
select
  record.*,
  case when record.rule <> '' then 'rule' when record.severity <> '' then 'severity' else 'all' end as kind,
  coalesce(rule.title, nullif(record.severity, ''), 'All alerts') as title,
  rule.file,
  record.false_alarms / nullif(record.judged, 0)::double as false_share,
  record.acknowledged / nullif(record.due, 0)::double as acknowledged_share
from mart.alert_record as record
left join catalog.rule as rule on rule.rule = record.rule
order by
  list_position(['all', 'severity', 'rule'], kind), list_position(['high', 'medium', 'low'], record.severity),
  record.alerts desc, record.rule
