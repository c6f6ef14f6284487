/*---
title: Season of the reference
definition: >
  One row per model with a reference: whether the reference days include any calendar month of the leading window. If they
  do not, a feature such as weather moves with the season alone, and `words` says so.
---*/
with months as (
  select
    model.model_id as model,
    model.reference_start,
    model.reference_end,
    now.as_of,
    list_distinct(list_transform(
      generate_series(model.reference_start::timestamp, model.reference_end::timestamp, interval 1 day), lambda d: month(d)
    )) as held,
    list_distinct(list_transform(
      generate_series(now.window_start::timestamp, now.as_of::timestamp, interval 1 day), lambda d: month(d)
    )) as wanted
  from catalog.model as model, page.now as now
  where model.reference_start is not null and model.reference_end is not null
)
select
  model,
  not list_has_any(held, wanted) as is_other_season,
  'the reference (' || strftime(reference_start, '%-d %b') || ' to ' || strftime(reference_end, '%-d %b %Y')
    || ') has no ' || strftime(as_of, '%B') || ', so the season alone could explain it' as words
from months
order by model
