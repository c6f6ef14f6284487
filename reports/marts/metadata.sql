/*---
title: The six metadata items of every version
definition: >
  One row per model, version and item of the playbook: what is known about it, from where, how (auto, inferred,
  declared or missing) and since when.
---*/
with item as (
  select *
  from (values
    (1, 'artifact', 'Trained artifact'), (2, 'training_data', 'Training data'),
    (3, 'training_code', 'Training code'), (4, 'dependencies', 'Dependencies'),
    (5, 'prediction_code', 'Prediction code'), (6, 'historical_predictions', 'Historical predictions')
  ) as i (position, item, title)
),
found as (
  select *
  from catalog.field
  where method <> 'missing'
  qualify row_number() over (
    partition by model_id, version, field
    order by list_position(['auto', 'inferred', 'declared'], method), observed_at desc, value
  ) = 1
)
select
  version.model_id as model,
  version.version,
  item.position,
  item.item,
  item.title,
  found.value,
  found.source,
  coalesce(found.method, 'missing') as method,
  found.observed_at
from catalog.version as version
cross join item
left join found
  on found.model_id = version.model_id and found.version = version.version and found.field = item.item
order by model, version.version, item.position
