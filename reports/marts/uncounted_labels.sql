/*---
title: Labels that cannot be used
definition: >
  One row per model and a source of its labels. Either they are words although the task needs numbers, or numbers that all
  count as yes although some are beyond 1, or none of them means yes according to the source: the row has their number on
  the newest days with labels (at most 28), the most frequent ones, and their column in the source. Or none of them has a
  request: the row has their number, and an id from each side.
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
