"""Holds the place of the evaluator, which is being written: enough for the door to be built on."""


class MalformedPolicy(Exception):
    pass


def parse(t, k):
    pass
