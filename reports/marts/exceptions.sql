/*---
title: Exceptions
definition: >
  What a reader would act on, worst first: families of production models that are poor or on watch, files set
  aside, and sources that are behind. `ask` says what is asked and `who` of whom; `first_of_title` marks the worst of
  each model or source, so that a short list names different ones.
---*/
with ask as (
  select *
  from (values
    ('usage', 'ask the consumers whether they still need it'),
    ('latency', 'look at the newest deployment and the slowest requests'),
    ('performance', 'compare it with the simple alternative and decide: retrain, repair or retire'),
    ('quality', 'ask the source that fills these columns'),
    ('drift', 'see whether performance moved too before retraining'),
    ('impact', 'review the value with finance')
  ) as a (family, ask)
),
of_models as (
  select
    'model' as kind,
    health.grade,
    health.family,
    model.title,
    health.title as topic,
    health.reason,
    ask.ask,
    coalesce(model.owner, model.team) as who,
    model.team,
    'models/' || model.slug || '.html#' || health.family as href,
    coalesce(model.requests, 0) as weight,
    health.position
  from page.health as health
  join page.models as model on model.model = health.model
  join ask on ask.family = health.family
  where model.stage = 'production' and health.grade in ('poor', 'watch')
),
of_files as (
  select
    'file' as kind,
    'poor' as grade,
    'data' as family,
    source as title,
    'File set aside' as topic,
    string_agg(path || ': ' || reason, '; ' order by path) as reason,
    'mend or remove the file' as ask,
    null as who,
    null as team,
    'ledger/data.html#set-aside' as href,
    count(*)::double as weight,
    0 as position
  from ops.file
  where state <> 'read'
  group by source
),
of_sources as (
  select
    'source' as kind,
    'watch' as grade,
    'data' as family,
    source as title,
    'Source behind' as topic,
    state as reason,
    'ask whoever delivers it' as ask,
    null as who,
    null as team,
    'ledger/data.html#freshness' as href,
    coalesce(days_behind, 0)::double as weight,
    0 as position
  from page.freshness
  where behind and kind = 'requests'
)
select
  row_number() over (
    order by case grade when 'poor' then 0 else 1 end,
      list_position(['performance', 'data', 'usage', 'latency', 'quality', 'drift', 'impact'], family),
      weight desc, title
  ) as place,
  *,
  row_number() over (
    partition by kind, title
    order by case grade when 'poor' then 0 else 1 end,
      list_position(['performance', 'data', 'usage', 'latency', 'quality', 'drift', 'impact'], family)
  ) = 1 as first_of_title
from (
  select * from of_models union all select * from of_files union all select * from of_sources
)
order by place
