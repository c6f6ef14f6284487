-- What the warehouse remembers about files that were read: ops.file, ops.ledger, ops.reject. Run by
-- store/ingestion.py. temp.file_read and temp.file_count hold what was read from a source.

-- name: note_times
UPDATE ops.file AS f SET size = n.size, mtime_ns = n.mtime_ns
FROM (SELECT unnest($paths) AS path, unnest($sizes) AS size, unnest($times) AS mtime_ns) AS n
WHERE f.source = $source AND f.path = n.path

-- name: forget_ledger
DELETE FROM ops.ledger WHERE source = $source AND path IN (SELECT path FROM temp.file_read WHERE state = 'read')

-- name: forget_rejects
DELETE FROM ops.reject WHERE source = $source AND path IN (SELECT path FROM temp.file_read WHERE state = 'read')

-- name: forget_unused
DELETE FROM ops.unused WHERE source = $source AND path IN (SELECT path FROM temp.file_read WHERE state = 'read')

-- name: forget_unfound
DELETE FROM ops.unfound WHERE source = $source AND path IN (SELECT path FROM temp.file_read)

-- name: forget_files
DELETE FROM ops.file WHERE source = $source AND path IN (SELECT path FROM temp.file_read)

-- name: forget_gone
DELETE FROM ops.file WHERE source = $source AND list_contains($paths, path)

-- name: move_file
UPDATE {table} AS f SET path = m.new
FROM (SELECT unnest($old) AS old, unnest($new) AS new) AS m
WHERE f.source = $source AND f.path = m.old

-- name: note_unmatched
INSERT INTO ops.state VALUES ($key, 'yes')

-- name: forget_unmatched
DELETE FROM ops.state WHERE key = $key

-- name: enter_read
INSERT INTO ops.ledger
SELECT $source, c.path, f.file_id, $kind, c.day, c.rows_read, 0, c.rejected, 0, 0
FROM temp.file_count AS c JOIN temp.file_read AS f USING (path)
WHERE f.state = 'read' AND f.copy_of IS NULL

-- name: enter_duplicates
-- Only ledger rows count whose file was just read or had rows accepted, which a copy of a file never had.
UPDATE ops.ledger AS l SET duplicate = l.duplicate + d.duplicate
FROM temp.file_duplicate AS d
WHERE l.source = $source AND l.file_id = d.file_id AND l.day IS NOT DISTINCT FROM d.day
  AND (l.accepted > 0 OR l.path IN (SELECT path FROM temp.file_read WHERE state = 'read'))

-- name: move_duplicates
UPDATE ops.ledger AS l SET duplicate = l.duplicate + d.duplicate, accepted = l.accepted - d.duplicate
FROM temp.file_duplicate AS d
WHERE l.source = $source AND l.file_id = d.file_id AND l.day IS NOT DISTINCT FROM d.day AND l.accepted > 0

-- name: clear_accepted
UPDATE ops.ledger SET accepted = -1, late = 0
WHERE source = $source AND day IN (SELECT unnest($days::date[]))
  AND (accepted > 0 OR path IN (SELECT path FROM temp.file_read WHERE state = 'read'))

-- name: enter_accepted
UPDATE ops.ledger AS l SET accepted = a.accepted, late = a.late
FROM temp.file_accepted AS a
WHERE l.source = $source AND l.file_id = a.file_id AND l.day IS NOT DISTINCT FROM a.day
  AND (l.accepted <> 0 OR l.path IN (SELECT path FROM temp.file_read WHERE state = 'read'))

-- name: enter_accepted_new
UPDATE ops.ledger AS l SET accepted = a.accepted, late = a.late
FROM temp.file_accepted AS a
WHERE l.source = $source AND l.file_id = a.file_id AND l.day IS NOT DISTINCT FROM a.day
  AND l.path IN (SELECT path FROM temp.file_read WHERE state = 'read')

-- name: none_accepted
UPDATE ops.ledger SET accepted = 0 WHERE source = $source AND accepted < 0

-- name: enter_copies
INSERT INTO ops.ledger
SELECT $source, f.path, f.file_id, $kind, o.day, o.rows_read, 0, o.rejected, o.accepted + o.duplicate, 0
FROM temp.file_read AS f JOIN ops.ledger AS o ON o.source = $source AND o.path = f.copy_of
WHERE f.copy_of IS NOT NULL

-- name: enter_copied_rejects
INSERT INTO ops.reject
SELECT $source, f.path, f.file_id, r.reason, r.n, r.first_row, r.sample
FROM temp.file_read AS f JOIN ops.reject AS r ON r.source = $source AND r.path = f.copy_of
WHERE f.copy_of IS NOT NULL

-- name: enter_files
INSERT INTO ops.file
SELECT $source, f.path, f.file_id, f.size, f.mtime_ns, f.state, f.reason, coalesce(o.rows_read, f.rows_read), f.mapping
FROM temp.file_read AS f LEFT JOIN (
    SELECT path, sum(rows_read)::bigint AS rows_read FROM ops.ledger WHERE source = $source GROUP BY path
  ) AS o ON o.path = f.copy_of

-- name: unbalanced_rows
SELECT path, day, rows_read, accepted, rejected, duplicate FROM ops.ledger
WHERE source = $source
  AND (rows_read <> accepted + rejected + duplicate OR least(accepted, rejected, duplicate) < 0 OR late > accepted)
ORDER BY path, day

-- name: unbalanced_files
SELECT f.path, f.rows_read, coalesce(sum(l.rows_read), 0)::bigint AS in_ledger
FROM ops.file AS f LEFT JOIN ops.ledger AS l ON l.source = f.source AND l.path = f.path AND l.file_id = f.file_id
WHERE f.source = $source AND f.state = 'read'
GROUP BY f.path, f.rows_read HAVING f.rows_read <> coalesce(sum(l.rows_read), 0)
ORDER BY f.path

-- name: unbalanced_rejects
SELECT l.path, sum(l.rejected)::bigint AS in_ledger, any_value(r.n) AS with_reason
FROM ops.ledger AS l LEFT JOIN (
    SELECT path, sum(n)::bigint AS n FROM ops.reject WHERE source = $source GROUP BY path
  ) AS r ON r.path = l.path
WHERE l.source = $source
GROUP BY l.path HAVING sum(l.rejected) <> coalesce(any_value(r.n), 0)
ORDER BY l.path

-- name: totals
SELECT count(*) FILTER (f.state = 'read') AS read, count(*) FILTER (f.state = 'set aside') AS set_aside,
       coalesce(sum(l.rows_read), 0)::bigint AS rows_read, coalesce(sum(l.accepted), 0)::bigint AS accepted,
       coalesce(sum(l.rejected), 0)::bigint AS rejected, coalesce(sum(l.duplicate), 0)::bigint AS duplicate,
       coalesce(sum(l.late), 0)::bigint AS late
FROM ops.file AS f LEFT JOIN (
    SELECT path, file_id, sum(rows_read) AS rows_read, sum(accepted) AS accepted, sum(rejected) AS rejected,
           sum(duplicate) AS duplicate, sum(late) AS late
    FROM ops.ledger WHERE source = $source AND list_contains($paths, path) GROUP BY path, file_id
  ) AS l ON l.path = f.path AND l.file_id = f.file_id AND f.state = 'read'
WHERE f.source = $source AND list_contains($paths, f.path)
