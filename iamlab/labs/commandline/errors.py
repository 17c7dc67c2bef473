"""The ways in which a command line fails before or beside AWS, each with its text and exit code.

The exit codes are those of the AWS CLI User Guide's page "Command line return codes in the AWS CLI".
"""

from iamlab.services.operations import AwsError

USAGE = """
usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  aws help
  aws <command> help
  aws <command> <subcommand> help
"""

FAILED_TRANSFER = 1
BAD_COMMAND = 252
BAD_CONFIGURATION = 253
REFUSED_BY_AWS = 254
GENERAL = 255


class CommandError(Exception):
    """A line that cannot be run: `message` goes to standard error as it is, `exit_code` is the command's."""

    def __init__(self, message: str, exit_code: int = BAD_COMMAND) -> None:
        super().__init__(message)
        self.message, self.exit_code = message, exit_code


def usage_error(message: str) -> CommandError:
    """A line against the usage: unknown words, missing or unknown options."""
    return CommandError(f"{USAGE}\naws: error: {message}\n")


def unknown_options(options: list[str]) -> CommandError:
    """Options that the operation does not have."""
    return CommandError(f"{USAGE}\nUnknown options: {', '.join(options)}\n")


def parameter_error(option: str, message: str) -> CommandError:
    """An option whose value cannot be read."""
    return CommandError(f"\nError parsing parameter '{option}': {message}\n")


def plain_error(message: str, exit_code: int = GENERAL) -> CommandError:
    """Any other failure, told in one sentence."""
    return CommandError(f"\n{message}\n", exit_code)


def refusal(operation: str, error: AwsError, key: str = "") -> str:
    """AWS's refusal in the CLI's sentence; `operation` is as called, such as "iam:GetUser".

    The answer to an HTTP HEAD has no body: only its status tells what was wrong, and `key` what was looked for.
    """
    name = operation.partition(":")[2]
    code, message = error.code, error.message
    if name.startswith("Head"):
        code, message = _headless(error, key)
    return f"An error occurred ({code}) when calling the {name} operation: {message}"


def _headless(error: AwsError, key: str) -> tuple[str, str]:
    if error.code in ("404", "NotFound", "NoSuchKey", "NoSuchBucket", "NoSuchVersion"):
        return "404", f'Key "{key}" does not exist' if key else "Not Found"
    if error.code in ("400", "BadRequest", "InvalidRequest"):
        return "400", "Bad Request"
    return "403", "Forbidden"
