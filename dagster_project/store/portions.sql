-- Cutting the rows of the lake into portions that memory can sort. Run by store/portions.py.

-- name: count_models
CREATE OR REPLACE TEMP TABLE model_day AS
SELECT day, count(*) > $large AS large, model_id, count(*) AS rows FROM ({rows}) GROUP BY day, model_id

-- name: by_file
SELECT day, large, model_id, rows FROM temp.model_day ORDER BY day, large, model_id

-- name: by_model
SELECT day, false AS large, model_id, rows FROM temp.model_day ORDER BY day, model_id

-- name: of_days
u.day BETWEEN $first_day AND $last_day

-- name: of_models
u.day = $day AND u.model_id BETWEEN $first_model AND $last_model

-- name: of_models_of_a_size
u.day = $day AND u.model_id BETWEEN $first_model AND $last_model
AND u.model_id IN (SELECT m.model_id FROM temp.model_day AS m WHERE m.day = $day AND m.large = $large)

-- name: of_times
($after IS NULL OR u.event_time > $after) AND ($until IS NULL OR u.event_time <= $until)

-- name: times
SELECT approx_quantile(u.event_time, $shares::FLOAT[]) FROM ({rows}) AS u WHERE {portion}
