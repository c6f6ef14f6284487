/*---
title: Levels of the rubrics
definition: One row per rubric and level.
---*/
select rubric, level, title, meaning
from catalog.rubric_level
order by rubric, level
