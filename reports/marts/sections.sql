/*---
title: Playbook sections
definition: One row per section with its progress; items that do not apply are not in the total.
---*/
select
  section.section,
  section.title,
  section.meaning,
  section.position,
  count(c.item) filter (where c.status <> 'not applicable') as total,
  count(c.item) filter (where c.status = 'done') as done,
  count(c.item) filter (where c.status = 'in progress') as in_progress,
  count(c.item) filter (where c.status = 'open') as open,
  count(c.item) filter (where c.overdue) as overdue,
  count(c.item) filter (where c.decided_by = 'data') as by_data
from catalog.section as section
left join mart.checklist as c on c.section = section.section
group by all
order by section.position, section.section
