"""What the person who started a night should know although it was published: data that is unused, outdated or old.

In: the warehouse after a night. Out: lines of text for people; the site's page about data says the same at length.
Called by `commands.night`.
"""

from __future__ import annotations

from dagster_project.core.days import ONE_DAY
from dagster_project.pipeline.ingest import newest_day
from dagster_project.pipeline.night import Night
from dagster_project.publish.label_phrases import uncounted, uncounted_example, uncounted_mend
from dagster_project.store.warehouse import Warehouse

MOST = 5
"""Most lines shown about files, columns and rows; the others are only counted."""
QUERIES = (
    "SELECT path || ' was set aside: ' || reason FROM ops.file WHERE state <> 'read' ORDER BY path, source",
    """
    SELECT 'source ' || source || ': no file matches ' || array_to_string(files, ', ') FROM catalog.source
    WHERE source NOT IN (SELECT source FROM ops.file) ORDER BY source
    """,
    """
    SELECT 'source ' || s.source || ': no file matches ' || array_to_string(any_value(s.files), ', ')
      || ' any more; ' || count(*) || CASE count(*) WHEN 1 THEN ' was' ELSE ' were' END
      || ' read on earlier nights, such as ' || max(path)
    FROM catalog.source AS s
    JOIN ops.state AS o ON o.key = 'unmatched ' || s.source
    JOIN ops.file AS f ON f.source = s.source AND f.state = 'read'
    GROUP BY s.source ORDER BY s.source
    """,
    """
    SELECT 'source ' || s.source || ': its mapping or time zone changed after '
      || CASE count(DISTINCT f.path) WHEN 1 THEN 'a file was' ELSE count(DISTINCT f.path) || ' files were' END
      || ' read, such as ' || max(f.path) || ', which cannot be read again: rows from ' || min(l.day) || ' to '
      || max(l.day) || ' stay as they were until their files are back'
    FROM catalog.source AS s
    JOIN ops.file AS f ON f.source = s.source AND f.state = 'read' AND f.mapping <> s.mapping
    JOIN ops.ledger AS l ON l.source = f.source AND l.path = f.path AND l.accepted > 0
    GROUP BY s.source ORDER BY s.source
    """,
    """
    WITH shared AS (
      SELECT a.source AS one, b.source AS other, a.day, a.path
      FROM ops.ledger AS a
      JOIN ops.ledger AS b ON a.file_id = b.file_id AND a.day = b.day AND a.source < b.source AND a.kind = b.kind
      WHERE a.kind = 'requests' AND a.accepted > 0 AND b.accepted > 0
    ), served AS (SELECT DISTINCT source, day, model_id FROM daily.traffic)
    SELECT 'sources ' || one || ' and ' || other || ' both read requests of ' || a.model_id || ' from ' || max(path)
      || ': these count twice; keep one source, or divide the files between them'
    FROM shared
    JOIN served AS a ON a.source = one AND a.day = shared.day
    JOIN served AS b ON b.source = other AND b.day = shared.day AND b.model_id = a.model_id
    GROUP BY one, other, a.model_id ORDER BY one, other, a.model_id
    """,
    """
    SELECT file || ':' || line || ': no alert ' || alert || ' opened on ' || opened || ', so the answer has no effect'
      || coalesce('; one did on ' || opened_on, '')
    FROM page.answers_astray ORDER BY file, line
    """,
    """
    SELECT 'source ' || source || ': no file has the column ''' || wanted || ''', which ' || name || ' comes from'
      || arg_max(hint, path)
    FROM ops.unfound AS u
    GROUP BY source, name, wanted
    HAVING count(*) = (
      SELECT count(*) FROM ops.file AS f WHERE f.source = u.source AND state = 'read' AND rows_read > 0)
    ORDER BY source, name
    """,
    """
    SELECT 'source ' || source || ': ' || sum(n) || CASE sum(n) WHEN 1 THEN ' row was' ELSE ' rows were' END
      || ' rejected, such as: ' || arg_max(reason, (n, reason))
    FROM ops.reject GROUP BY source ORDER BY source
    """,
)


def remarks(night: Night, warehouse: Warehouse) -> list[str]:
    """Files set aside, sources without a file, sources that read the same requests, answers that match no alert,
    columns that no file has, rows rejected, labels that do not count; then a warning about old logs."""
    found = [str(line) for query in QUERIES for (line,) in warehouse.rows(query)]
    found += _uncounted(warehouse)
    said = found[:MOST]
    if len(found) > MOST:
        said.append(f"{len(found) - MOST} more of this kind; ledger/data.html has them all")
    return [*said, *_never_late(night, warehouse)]


def _uncounted(warehouse: Warehouse) -> list[str]:
    """Labels that do not count, and what to write so that they do."""
    rows = warehouse.frame(
        "SELECT u.*, m.task FROM mart.uncounted_label AS u JOIN catalog.model AS m USING (model_id)"
        " ORDER BY model_id, source"
    ).to_dicts()
    told = [(row["model_id"], uncounted(row), uncounted_mend(row), uncounted_example(row)) for row in rows]
    return [
        f"{model_id}: {what}; {mend}{f', {example}' if example else ''}"
        for model_id, what, mend, example in told
    ]


def _never_late(night: Night, warehouse: Warehouse) -> list[str]:
    """A warning that `as_of: newest` hides that all logs have stopped."""
    settings = night.workspace.settings
    today = (night.horizon - ONE_DAY).astimezone(settings.zone).date()
    is_past = settings.as_of == "newest" and night.as_of < today - ONE_DAY
    if not is_past or newest_day(warehouse) != night.as_of:
        return []
    line = f"the newest request is from {night.as_of}; while data/workspace.yml has as_of: newest, nobody is told"
    return [f"{line} when all logs stop: remove the line once logs arrive every day"]
