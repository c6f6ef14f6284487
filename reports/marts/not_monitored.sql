/*---
title: What is not monitored
definition: >
  One row a kind of gap: which models it concerns, why it is a gap and what would fill it. Models in development
  and retired ones are not gaps.
---*/
with family_fill as (
  select *
  from (values
    ('usage', 'map status in the source that holds the model''s log, or declare a target for its requests'),
    ('latency', 'map latency_ms in the source that holds the model''s requests'),
    ('performance', 'a source of kind outcomes, or a label column beside the requests; and enough labels'),
    ('quality', 'map the model''s features in its source; declare min, max or allowed of each'),
    ('drift', 'map the model''s features in its source, and a reference period of enough rows'),
    ('impact', 'declare value and plan_per_month in the model''s catalog file')
  ) as f (family, fill)
),
of_families as (
  select
    health.title as what,
    arg_min(health.reason, health.model) as why,
    any_value(family_fill.fill) as fill,
    list({'slug': model.slug, 'title': model.title} order by model.title, model.slug) as models,
    any_value(health.position) as position
  from page.health as health
  join page.models as model on model.model = health.model
  join family_fill on family_fill.family = health.family
  where model.stage in ('production', 'shadow') and health.grade = 'unknown'
  group by health.title
),
undeclared as (
  select
    'Ownership' as what,
    'seen in a log, declared in no catalog file' as why,
    'a file in data/catalog/ with id, owner and purpose' as fill,
    list({'slug': slug, 'title': title} order by title, slug) as models,
    10 as position
  from page.models
  where not declared
  having count(*) > 0
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
from (select * from of_families union all select * from undeclared union all select * from incomplete)
order by position, what
