"""Short help: what words a command takes."""

from iamlab.labs.commandline import arguments
from iamlab.labs.commandline.command import Command

VERSION = "aws-cli/2 (iamlab terminal)"
INTRODUCTION = """aws [options] <command> <subcommand> [parameters]

Options: --output json|text|table|yaml  --query JMESPATH  --profile NAME  --region NAME  --no-paginate

For the subcommands of a command:  aws <command> help
For the options of a subcommand:   aws <command> <subcommand> help

Commands to begin with: configure, iam, sts, s3, s3api, cloudtrail
"""


def text(command: Command) -> str:
    """The help that a line asks for."""
    if command.verb == "version":
        return f"{VERSION}\n"
    if not command.words:
        return INTRODUCTION
    names = arguments.operations(command.words[0])
    if len(command.words) == 1:
        return f"aws {command.words[0]} <subcommand>\n\n{arguments.two_columns(list(names))}\n"
    service = arguments.BOTOCORE_NAMES.get(command.words[0], command.words[0])
    model = arguments.operation_model(service, names[command.words[1]])
    lines = [f"aws {' '.join(command.words)}", ""]
    lines += [_option_line(option) for option in arguments.options(model)]
    if model.has_streaming_output:
        lines.append("  <outfile>  (required)")
    return "\n".join(lines) + f"\n\nThe API's operation: {model.name}\n"


def _option_line(option: arguments.Option) -> str:
    kind = option.shape.type_name
    value = "" if kind == "boolean" else f" <{kind}>"
    negative = f" | --no-{option.name}" if kind == "boolean" else ""
    return f"  --{option.name}{negative}{value}{'  (required)' if option.required else ''}"
