/*---
title: Labels that cannot be used
definition: >
  One row a model and a source of its labels. They are words where its task needs numbers, or numbers that all count as
  yes, some of them beyond 1: how many came on the newest days with labels (at most 28), the most frequent ones, and the
  column of the source that they come from. Or none is what the source says means yes. Or none has a request: how many
  there are, and an id of each side.
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
  uncounted.codes,
  uncounted.yes,
  uncounted.ids,
  uncounted.waiting
from mart.uncounted_label as uncounted
join catalog.model as model on model.model_id = uncounted.model_id
order by model, uncounted.source
