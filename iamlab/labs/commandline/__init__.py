"""The `aws` command line in process: parse a line, run it through a given call, print as the CLI does, and back.

`parse` and `run` serve lab solutions and the terminal page, `line_for` serves "show the aws command".
"""

from iamlab.labs.commandline.command import Command
from iamlab.labs.commandline.errors import CommandError
from iamlab.labs.commandline.formats import render
from iamlab.labs.commandline.lines import line_for
from iamlab.labs.commandline.parse import parse
from iamlab.labs.commandline.profiles import Credentials
from iamlab.labs.commandline.run import run
from iamlab.labs.commandline.state import Output, State

__all__ = ["Command", "CommandError", "Credentials", "Output", "State", "line_for", "parse", "render", "run"]
