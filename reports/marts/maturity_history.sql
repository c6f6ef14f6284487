/*---
title: Maturity by day
definition: One row per rubric, subject and pillar with lists of days, levels and scores, oldest first.
---*/
select
  m.rubric,
  m.subject,
  m.pillar,
  list(m.day order by m.day) as days,
  list(m.level order by m.day) as levels,
  list(m.score order by m.day) as scores
from mart.maturity as m, page.now as now
where m.day <= now.as_of
group by m.rubric, m.subject, m.pillar
order by m.rubric, m.subject, m.pillar
