/*---
title: Schema changes
family: quality
unit: count
better: down
definition: >-
  Features of the model that appeared, vanished (no value all day) or changed their type (all values unreadable as numbers),
  compared with the day before in a source of the model, counted day by day; 0 where nothing changed.
formula: count((day, source, feature, change))
apply: ratio
---*/
SELECT
  t.model_id, t.version, '' AS segment, '' AS feature, t.day, t.window_days,
  count(DISTINCT CASE WHEN c.day IS NOT NULL THEN (c.day, c.source, c.name, c.change) END) AS numerator,
  1 AS denominator,
  count(DISTINCT t.on_day) AS n
FROM span.traffic AS t
LEFT JOIN (
  SELECT DISTINCT g.model_id, s.source, s.day, s.name, s.change
  FROM ops.schema_change AS s
  JOIN ops.grid AS g ON g.feature = s.name
) AS c ON c.model_id = t.model_id AND c.source = t.source AND c.day = t.on_day
WHERE t.segment = ''
GROUP BY ALL
