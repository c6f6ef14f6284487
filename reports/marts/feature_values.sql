/*---
title: Values of categorical features
definition: >
  One row a model, categorical feature and value (or kind: missing, unseen and other values): how often the reference and
  the leading window have it.
---*/
with told as (  -- the training profile that a model as a whole is compared with
  select p.*
  from catalog.profile as p
  join catalog.model as m on m.model_id = p.model_id and m.reference_method = 'training profile ' || p.profile
),
compared as (
  select m.*, m.model_id in (select model_id from told) as is_told from catalog.model as m
),
category_rows as (
  select model_id, feature, day, value, kind, n::double as n, invalid, false as is_told
  from daily.category_hist where segment = ''
  union all
  select model_id, feature, null, value, case when value is null then 'missing' else 'value' end, n, 0, true
  from told where kind = 'category'
)
select
  h.model_id as model,
  h.feature,
  case h.kind when 'value' then h.value else h.kind end as label,
  h.kind,
  sum(h.n) filter (where h.is_told or (not m.is_told and h.day between m.reference_start and m.reference_end))::bigint
    as reference,
  sum(h.n) filter (where h.day between now.window_start and now.as_of)::bigint as current,
  sum(h.invalid) filter (where h.day between now.window_start and now.as_of)::bigint as invalid
from category_rows as h
join compared as m on m.model_id = h.model_id, page.now as now
where h.is_told or h.day between m.reference_start and m.reference_end
  or h.day between now.window_start and now.as_of
group by h.model_id, h.feature, label, h.kind
order by model, feature, h.kind, label
