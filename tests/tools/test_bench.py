"""The frame of the benchmarks."""

import importlib

import pytest

from bench import __main__ as bench


@pytest.mark.parametrize("name", bench.names())
def test_every_benchmark_can_be_run_and_says_what_it_measures(name):
    module = importlib.import_module(f"bench.{name}")
    assert callable(module.run)
    assert module.__doc__


def test_an_unknown_benchmark_is_refused_with_those_that_exist():
    with pytest.raises(SystemExit, match=r"No benchmark warp\. There are: .*pages"):
        bench.main(["warp"])
