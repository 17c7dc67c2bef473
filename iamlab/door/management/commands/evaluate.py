"""`manage.py evaluate`: cases of the batch format from standard input, one answer a line."""

import io
import json
import os
import sys

from django.core.management.base import BaseCommand

from iamlab.policy.batch import answer_lines, measure


class Command(BaseCommand):
    help = "Judge cases (JSON Lines on standard input) with the evaluator of the door; one answer a line."
    requires_system_checks = []

    def add_arguments(self, parser):
        parser.add_argument("--explain", action="store_true", help="add the evidence of each decision")
        parser.add_argument("--bench", action="store_true", help="print decisions and seconds instead of answers")
        parser.add_argument("--mode", choices=("warm", "first", "cold"), default="warm", help="what --bench measures")

    def handle(self, *, explain, bench, mode, **options):
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(encoding="utf-8", errors="surrogateescape")
        if isinstance(sys.stdout, io.TextIOWrapper):
            sys.stdout.reconfigure(line_buffering=True)  # each answer before the next case is read
        if bench:
            sys.stdout.write(json.dumps(measure(sys.stdin, mode, explain=explain)) + "\n")
            return
        try:
            for answer in answer_lines(sys.stdin, explain=explain):
                sys.stdout.write(answer + "\n")
        except BrokenPipeError:  # the reader has seen enough, as `head` has
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
