/*---
title: Training profiles that models are compared with
definition: >
  One row per bin or value of a feature of the training profile that a model as a whole is compared with; no row for models
  that are compared with their own days.
---*/
select p.*
from catalog.profile as p
join catalog.model as m on m.model_id = p.model_id and m.reference_method = 'training profile ' || p.profile
order by all
