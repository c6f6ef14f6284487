/*---
title: Silences
definition: One row per silence that applies now or later, or that ended in the leading window; soonest to end first.
---*/
select
  silence.* exclude (model_id),
  silence.model_id as model,
  coalesce(model.title, silence.model_id, 'every model') as model_title,
  coalesce(rule.title, 'every rule') as rule_title,
  now.as_of between silence.since and silence.until as holds
from catalog.silence as silence
cross join page.now as now
left join catalog.model as model on model.model_id = silence.model_id
left join catalog.rule as rule on rule.rule = silence.rule
where silence.until >= now.window_start
order by silence.until, model_title, rule_title, silence.file, silence.line
