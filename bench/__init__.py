"""Benchmarks: each prints ratios to a peer or a ceiling that was measured in the same run."""
