/*---
title: Exceptions
definition: >
  What a reader would act on, worst first, and within a grade open alerts first: alerts, families of production models
  that are poor or on watch, files set aside, and sources that are behind. `ask` says what to do and `who` should do it;
  `first_of_title` marks the worst of each model or source, so that a short list names different ones. Drift of a model
  whose performance is good needs no action (`is_asked` is false) and comes last: inputs moved, but answers did not
  become worse.
---*/
with ask as (
  select *
  from (values
    ('usage', 'ask the consumers whether they still need it'),
    ('latency', 'look at the newest deployment and the slowest requests'),
    ('performance', 'compare it with the simple alternative and decide: retrain, repair or retire'),
    ('quality', 'ask whoever fills these columns'),
    ('drift', 'see whether performance moved too before retraining'),
    ('impact', 'review the value with finance')
  ) as a (family, ask)
),
of_models as (
  select
    'model' as kind,
    health.model,
    health.grade,
    health.family,
    model.title,
    health.title as topic,
    case
      when health.family = 'performance' and health.metric = 'r2' and health.value <= 0.05
        then 'it adds nothing: ' || replace(health.reason, ': ', ', ')
      else concat_ws('; ', health.reason, case
        when health.family = 'quality' and health.metric = 'missing_share' then missing.when_missing
        when health.family = 'drift' and season.is_other_season then season.words
      end)
    end as reason,
    case
      when health.family = 'performance' and (health.metric = 'r2' and health.value <= 0.05 or contains(health.reason, 'nothing over its simple alternative'))
        then 'retire it, or show what it adds over the simple alternative'
      when health.family = 'drift' and model.performance_grade = 'good'
        then 'no action while performance is good'
          || case when season.is_other_season then '; a reference of a whole year would settle the question' else '' end
      else ask.ask
    end as ask,
    not (health.family = 'drift' and model.performance_grade = 'good') as is_asked,
    coalesce(model.owner, model.team) as who,
    model.team,
    'models/' || model.slug || '.html#' || health.family as href,
    coalesce(model.requests, 0) as weight,
    health.position
  from page.health as health
  join page.models as model on model.model = health.model
  join ask on ask.family = health.family
  left join page.missing as missing on missing.model = health.model
  left join page.season as season on season.model = health.model
  where model.stage = 'production' and health.grade in ('poor', 'watch')
),
of_files as (
  select
    'file' as kind,
    null as model,
    'poor' as grade,
    'data' as family,
    source as title,
    'File set aside' as topic,
    string_agg(path || ': ' || reason, '; ' order by path) as reason,
    'fix or remove the file' as ask,
    true as is_asked,
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
    null as model,
    'watch' as grade,
    'data' as family,
    source as title,
    'Source behind' as topic,
    state as reason,
    'ask whoever delivers it' as ask,
    true as is_asked,
    null as who,
    null as team,
    'ledger/data.html#freshness' as href,
    coalesce(days_behind, 0)::double as weight,
    0 as position
  from page.freshness
  where behind and kind = 'requests'
),
of_alerts as (
  select
    'alert' as kind,
    model,
    grade,
    'alert' as family,
    coalesce(model_title, title) as title,
    rule_title as topic,
    rtrim(message, '.') || case
      when last_seen > opened
        then '; still so on ' || strftime(last_seen, '%-d %b %Y') || case when unjudged then ', the last day that could be judged' else '' end
      when unjudged then '; no day since could be judged'
      else ''
    end as reason,
    lower(left(ask, 1)) || rtrim(substr(ask, 2), '.') as ask,
    true as is_asked,
    escalation as who,
    null as team,
    'alert/' || slug || '.html' as href,
    (1000 - place)::double as weight,
    0 as position
  from page.alerts
  where is_asked
)
select
  row_number() over (
    order by not is_asked, case grade when 'poor' then 0 else 1 end,
      list_position(['alert', 'performance', 'data', 'usage', 'latency', 'quality', 'drift', 'impact'], family),
      weight desc, title, model, topic
  ) as place,
  *,
  row_number() over (
    partition by kind, title
    order by not is_asked, case grade when 'poor' then 0 else 1 end,
      list_position(['alert', 'performance', 'data', 'usage', 'latency', 'quality', 'drift', 'impact'], family),
      weight desc, model, topic
  ) = 1 as first_of_title
from (
  select * from of_models union all select * from of_files union all select * from of_sources
  union all select * from of_alerts
)
order by place
