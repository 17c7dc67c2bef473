"""`manage.py labs check [PATH]`: prove labs. `new NAME`: begin one. `preview PATH`: see it as its learners will."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from iamlab.labs import content, grammar, selftest, validator

BEGINNING = {
    "lab.yaml": """\
id: {name}
version: 1.0.0
title: {title}
summary: What the learner can do afterwards, in one sentence.
minutes: 15
concepts: [group]
mode: guided
pass_at: 70
steps:
  - id: group
    title: Make the first group
    actor: the administrator
    weight: 10
    text: steps/01-group.md
    checks:
      - id: exists
        title: "The group *Readers* exists"
        test: {{exists: group/Readers}}
        latch: hold
        say: "There is no group *Readers*. It holds the permissions, so it comes first. Open *User groups*."
        mistakes:
          - when: {{exists: group/readers}}
            code: name-case
            say: "Your group is called *readers*; the task asks for *Readers*. IAM keeps the case you type. Rename it."
    hints:
      - "What holds the permissions of many people at once?"
      - "Look at *User groups* on the left."
      - "Choose *Create group*, type `Readers` and create it."
""",
    "steps/01-group.md": "A **group** holds permissions for many people at once.\n\nMake the group `Readers`.\n",
    "start.yaml": """\
- as: visitor
  call: "accounts:RegisterAccount"
  params: {{Email: root@example.com, AccountName: Example, Password: "Long-and-good-1"}}
""",
    "solution.yaml": "- step: group\n  lines:\n    - {{as: root, run: aws iam create-group --group-name Readers}}\n",
    "mistakes.yaml": """\
- step: group
  check: exists
  code: name-case
  lines:
    - {{as: root, run: aws iam create-group --group-name readers}}
""",
}


def require_migrated() -> None:
    """The self-test works in the server's own database, and leaves nothing in it. Raises CommandError."""
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandError("The database is older than this version. Run manage.py migrate, then this again.")


class Command(BaseCommand):
    help = "Check labs (schema, then the self-test), or begin a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        commands = parser.add_subparsers(dest="command", required=True)
        check = commands.add_parser("check", help="validate labs and let them prove themselves")
        check.add_argument("path", nargs="*", type=Path, help="lab folders; without one, every lab that is shipped")
        check.add_argument("--no-test", action="store_true", help="only read the files")
        preview = commands.add_parser("preview", help="a page of a lab for its author, anew at each change")
        preview.add_argument("path", type=Path, help="the lab's folder")
        preview.add_argument("--port", type=int, default=8010)
        new = commands.add_parser("new", help="begin a lab: a folder with one step that proves itself")
        new.add_argument("name", help="lower case, digits and hyphens; also the folder's name")
        new.add_argument("--in", dest="root", type=Path, default=content.CONTENT, help="where to put the folder")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["command"] == "new":
            return self.new(options["name"], options["root"])
        if options["command"] == "preview":
            return self.preview(options["path"].resolve(), options["port"])
        failed = [path for path in options["path"] or content.folders() if not self.prove(path, options["no_test"])]
        if failed:
            raise CommandError(f"{len(failed)} with errors: {', '.join(path.name for path in failed)}", returncode=1)

    def prove(self, folder: Path, only_read: bool) -> bool:
        """Print what is wrong with a lab; whether nothing is."""
        found = validator.problems(folder.resolve())
        for problem in found:
            self.stdout.write(f"{folder.name}/{problem}")
        good = not any(problem.severity == "error" for problem in found)
        if good and not only_read:
            require_migrated()
            proved = selftest.test_lab(content.read(folder))
            for sentence in proved:
                self.stdout.write(f"{folder.name}: error: {sentence}")
            good = not proved
        if good:
            self.stdout.write(f"{folder.name}: good")
        return good

    def preview(self, folder: Path, port: int) -> None:
        """Become a server of this lab, with a database of its own that is empty each time."""
        if not (folder / "lab.yaml").exists():
            raise CommandError(f"{folder} has no lab.yaml.")
        database = settings.ROOT / "var" / f"preview-{port}.sqlite3"
        for old in database.parent.glob(f"{database.name}*"):
            old.unlink()
        os.environ |= {"DATABASE_URL": f"sqlite:///{database}", "LAB_PREVIEW": str(folder), "DEBUG": "1"}
        manage = [sys.executable, str(settings.ROOT / "manage.py")]
        subprocess.run([*manage, "migrate", "--verbosity=0"], check=True)
        self.stdout.write(f"{folder.name} is on http://127.0.0.1:{port}/preview/ and changes as its files do.")
        self.stdout.flush()
        # The same process becomes the server: one Ctrl-C or SIGTERM ends all of it.
        os.execv(manage[0], [*manage, "runserver", "--noreload", f"127.0.0.1:{port}"])

    def new(self, name: str, root: Path) -> None:
        if not grammar.ID.fullmatch(name):
            raise CommandError("A lab's name is lower case, digits and single hyphens.")
        folder = root / name
        if folder.exists():
            raise CommandError(f"{folder} is there already.")
        for file, text in BEGINNING.items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.format(name=name, title=name.replace("-", " ").capitalize()), encoding="utf-8")
        self.stdout.write(f"{folder}: one step, ready for manage.py labs check {folder}")
