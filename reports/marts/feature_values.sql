/*---
title: Values of categorical features
definition: >
  One row per model, categorical feature and value (or kind: missing, unseen and other values): how often the reference and
  the leading window have it.
---*/
with compared as (
  select *, model_id in (select model_id from page.told_profiles) as is_told from catalog.model
),
category_rows as (
  select model_id, feature, day, value, kind, n::double as n, invalid, false as is_told
  from daily.category_hist where segment = ''
  union all
  select model_id, feature, null, value, case when value is null then 'missing' else 'value' end, n, 0, true
  from page.told_profiles where kind = 'category'
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
