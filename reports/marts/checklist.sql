/*---
title: Playbook checklist
definition: One row per item in the playbook's order; `decided_by` says whether data or people answered it.
---*/
select
  c.section,
  c.item,
  c.question,
  c.status,
  coalesce(c.decided_by, 'nobody') as decided_by,
  c.answer,
  c.owner,
  c.due,
  c.evidence,
  c.reviewed,
  coalesce(c.overdue, false) as overdue,
  c.help,
  c.page,
  c.file,
  c.line
from mart.checklist as c
left join catalog.section as section on section.section = c.section
order by section.position nulls last, c.section, try_cast(regexp_extract(c.item, '(\d+)$', 1) as integer) nulls last, c.item
