/*---
title: Maturity levels
definition: >
  One row per rubric, subject and pillar (pillar '' is the whole) on the day of the report, with the level 28 days
  before. Scores and coverage are shares; the waived score counts waived milestones as reached; coverage is the share of
  milestones that could be decided.
---*/
with latest as (
  select m.*
  from mart.maturity as m, page.now as now
  where m.day <= now.as_of
  qualify row_number() over (partition by m.rubric, m.subject, m.pillar order by m.day desc) = 1
),
earlier as (
  select m.rubric, m.subject, m.pillar, m.level, m.score, m.day
  from mart.maturity as m, page.now as now
  where m.day <= now.before_end
  qualify row_number() over (partition by m.rubric, m.subject, m.pillar order by m.day desc) = 1
)
select
  latest.rubric,
  rubric.title as rubric_title,
  rubric.scope,
  rubric.source as rubric_source,
  latest.subject,
  latest.pillar,
  coalesce(pillar.title, 'All pillars') as pillar_title,
  pillar.meaning as pillar_meaning,
  coalesce(pillar.position, -1) as position,
  latest.day,
  latest.level,
  level.title as level_title,
  level.meaning as level_meaning,
  (select max(l.level) from catalog.rubric_level as l where l.rubric = latest.rubric) as top_level,
  latest.score,
  latest.waived_score,
  latest.coverage,
  latest.passed,
  latest.applicable,
  earlier.level as before_level,
  earlier.score as before_score
from latest
left join earlier
  on earlier.rubric = latest.rubric and earlier.subject = latest.subject and earlier.pillar = latest.pillar
left join catalog.rubric as rubric on rubric.rubric = latest.rubric
left join catalog.rubric_pillar as pillar on pillar.rubric = latest.rubric and pillar.pillar = latest.pillar
left join catalog.rubric_level as level on level.rubric = latest.rubric and level.level = latest.level
order by latest.rubric, latest.subject, position, latest.pillar
