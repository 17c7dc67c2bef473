"""Holds the place of the evaluator, which is being written: enough for the door to be built on."""

import json


def compile_document(t):
    return json.loads(t) if isinstance(t, str) else t
