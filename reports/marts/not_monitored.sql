/*---
title: What is not monitored
definition: >
  One row per kind of gap: which models it concerns, why, and what would fill it. If the reasons differ, each is given with
  the number of its models, the most frequent first. Models in development and retired ones are not gaps.
---*/
with family_fill as (
  select *
  from (values
    ('usage', 'map status in the source that holds the model''s log, or declare a target for its requests'),
    ('latency', 'map latency_ms in the source that holds the model''s requests'),
    ('performance', 'a source of kind outcomes, or a label column beside the requests; where labels are words, which of them mean yes; and enough labels'),
    ('quality', 'map the model''s features in its source; declare min, max or allowed of each'),
    ('drift', 'map the model''s features in its source, and a reference period of enough rows'),
    ('impact', 'declare value and plan_per_month in the model''s catalog file'),
    ('ownership', 'the model''s id, owner and purpose in a file in data/catalog/')
  ) as f (family, fill)
),
ungraded as (
  select
    health.family, health.title as what, health.position, model.slug, model.title,
    case
      when contains(health.reason, ': no target') then 'there is a figure but no target'
      else regexp_replace(health.reason, '^.*not available: ', '')
    end as why
  from page.health as health
  join page.models as model on model.model = health.model
  where model.stage in ('production', 'shadow') and health.grade = 'unknown'
  union all
  select
    'ownership', 'Ownership', 10, slug, title,
    case when declared then 'declared without an owner' else 'seen in a log, declared in no catalog file' end
  from page.models
  where not declared or (owner is null and stage in ('production', 'shadow'))
),
reasons as (
  select what, why, count(*) as n, count(*) over (partition by what) as different
  from ungraded
  group by what, why
),
told as (
  select what, string_agg(why || case when different > 1 then ' (' || n || ')' else '' end, '; ' order by n desc, why) as why
  from reasons
  group by what
),
of_families as (
  select
    ungraded.what,
    any_value(told.why) as why,
    any_value(family_fill.fill) as fill,
    list({'slug': ungraded.slug, 'title': ungraded.title} order by ungraded.title, ungraded.slug) as models,
    any_value(ungraded.position) as position
  from ungraded
  join told on told.what = ungraded.what
  join family_fill on family_fill.family = ungraded.family
  group by ungraded.what
),
incomplete as (
  select
    'Metadata of the current version' as what,
    'at least one of the six items is missing' as why,
    'a training run in data/facts, or the item declared under versions of the catalog file' as fill,
    list({'slug': slug, 'title': title} order by title, slug) as models,
    11 as position
  from page.models
  where stage in ('production', 'shadow') and completeness < 1
  having count(*) > 0
)
select what, why, fill, models, len(models) as n
from (select * from of_families union all select * from incomplete)
order by position, what
