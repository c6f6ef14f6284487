/*---
title: Labels that do not count
definition: >
  One row a model whose labels are words where its task needs numbers, and of which no label ever counted: how many came
  on the newest days with labels (at most 28), the most frequent words, and the column of the source that they come from.
---*/
select
  uncounted.model_id as model,
  model.slug as model_slug,
  coalesce(model.title, model.model_id) as model_title,
  model.task,
  uncounted.source,
  uncounted.wanted,
  uncounted.n,
  uncounted.first_day,
  uncounted.last_day,
  uncounted.texts
from mart.uncounted_label as uncounted
join catalog.model as model on model.model_id = uncounted.model_id
order by model, uncounted.source
