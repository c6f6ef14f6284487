"""What reading keeps of the memory it took."""

from __future__ import annotations

import resource
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow.parquet as pq
import pytest

from dagster_project.readers.raw import release_memory

STATM = Path("/proc/self/statm")


def resident_mib() -> float:
    return int(STATM.read_text().split()[1]) * resource.getpagesize() / 2**20


@pytest.mark.skipif(not STATM.exists(), reason="what a process holds is read where Linux says it")
def test_memory_of_files_that_are_read_is_given_back(tmp_path: Path) -> None:
    """Batches of 16 MB that nobody holds any more leave as much behind until it is asked back."""
    rng = np.random.default_rng(1)
    pl.DataFrame({str(i): rng.random(200_000) for i in range(20)}).write_parquet(tmp_path / "a.parquet")
    with pq.ParquetFile(tmp_path / "a.parquet") as file:
        for batch in file.iter_batches(batch_size=100_000):
            assert batch.num_rows == 100_000
        del batch
    before = resident_mib()
    release_memory()
    assert resident_mib() < before - 16
