/*---
title: Labels that do not count
definition: >
  One row a model of which no label ever counted, and a source of its labels. Either they are words where its task needs
  numbers: how many came on the newest days with labels (at most 28), the most frequent words, and the column of the
  source that they come from. Or none has a request: how many there are, and an id of each side.
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
  uncounted.texts,
  uncounted.ids,
  uncounted.waiting
from mart.uncounted_label as uncounted
join catalog.model as model on model.model_id = uncounted.model_id
order by model, uncounted.source
