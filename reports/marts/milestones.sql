/*---
title: Milestones
definition: >
  One row per milestone and subject on the newest day decided: state, the figure behind it, the rule, the evidence
  in words, since when, and the next step if it is not reached.
---*/
select
  m.rubric,
  m.subject,
  definition.pillar,
  pillar.title as pillar_title,
  definition.level,
  definition.position,
  m.milestone,
  coalesce(definition.title, m.milestone) as title,
  definition.why,
  definition.item,
  m.state,
  m.raw_state,
  coalesce(m.method, definition.method) as method,
  m.value,
  definition.unit,
  m.threshold,
  m.evidence,
  m.since,
  m.expires,
  definition.next_step,
  m.state in ('pass', 'not applicable', 'waived') as settled
from mart.milestone as m
cross join page.now as now
left join catalog.rubric_milestone as definition
  on definition.rubric = m.rubric and definition.milestone = m.milestone
left join catalog.rubric_pillar as pillar
  on pillar.rubric = m.rubric and pillar.pillar = definition.pillar
where m.day <= now.as_of
qualify row_number() over (partition by m.rubric, m.subject, m.milestone order by m.day desc) = 1
order by m.rubric, m.subject, pillar.position, definition.level, definition.position, m.milestone
