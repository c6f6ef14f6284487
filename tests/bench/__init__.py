"""Benchmarks: `make bench` remakes every figure of BENCHMARKS.md. Timings are CPU seconds and ratios of one run."""
