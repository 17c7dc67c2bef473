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

from iamlab.labs import beginning, content, grammar, selftest, validator


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
        for file, text in beginning.files(name).items():
            path = folder / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.stdout.write(f"{folder}: one step, ready for manage.py labs check {folder}")
