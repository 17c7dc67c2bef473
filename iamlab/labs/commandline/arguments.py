"""What each `aws` command takes: services, operations and options, named as the AWS CLI names them."""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, NoReturn

from botocore import xform_name
from botocore.loaders import Loader
from botocore.model import OperationModel, ServiceModel, Shape

from iamlab.labs.commandline.errors import usage_error

# The CLI's word for a service where it is not botocore's; `s3` is the CLI's own set of high-level commands.
BOTOCORE_NAMES = {"s3api": "s3"}
CLI_NAMES = {name: word for word, name in BOTOCORE_NAMES.items()}
OWN_COMMANDS = ("s3", "configure", "help")
# Options that the CLI still takes under the name that an older rule gave them.
OLD_NAMES = {"authentication-code1": "authentication-code-1", "authentication-code2": "authentication-code-2"}
# Parameters that the CLI takes in another way: `run-instances --count 2` or `--count 1:3`.
COUNTS = {"RunInstances": ("MinCount", "MaxCount")}
BOOTSTRAP_METHODS = ("QRCodePNG", "Base32StringSeed")


class Parser(argparse.ArgumentParser):
    """argparse with the CLI's wording, raising CommandError instead of ending the process."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(prog="aws", add_help=False, conflict_handler="resolve", **settings)

    def error(self, message: str) -> NoReturn:
        raise usage_error(message)

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        close = get_close_matches(str(value)[:100], [str(choice) for choice in action.choices], cutoff=0.8)
        if close:
            hint = f"Invalid choice: {value!r}, maybe you meant:\n\n" + "\n".join(f"  * {word}" for word in close)
        else:
            hint = "Invalid choice, valid choices are:\n\n" + two_columns(list(action.choices))
        raise argparse.ArgumentError(action, f"{hint}\n")


def two_columns(words: Sequence[str]) -> str:
    """The words two a line, as the CLI lists valid choices."""
    pairs = [words[i : i + 2] for i in range(0, len(words), 2)]
    return "\n".join(" | ".join(f"{word:<40}" for word in pair) for pair in pairs)


@dataclass(frozen=True)
class Option:
    """An option of an operation: its CLI name without dashes, the API's parameter and that parameter's shape."""

    name: str
    parameter: str
    shape: Shape
    required: bool

    @property
    def destination(self) -> str:
        return self.name.replace("-", "_")


@lru_cache(maxsize=1)
def loader() -> Loader:
    return Loader()


@lru_cache(maxsize=1)
def service_words() -> tuple[str, ...]:
    """The first words that `aws` knows, in alphabetical order."""
    words = {CLI_NAMES.get(name, name) for name in loader().list_available_services("service-2")}
    return tuple(sorted(words | set(OWN_COMMANDS)))


@lru_cache(maxsize=16)
def service_model(name: str) -> ServiceModel:
    """botocore's model of a service, by botocore's name. Raises UnknownServiceError."""
    return ServiceModel(loader().load_service_model(name, "service-2"), name)


@lru_cache(maxsize=16)
def operations(word: str) -> dict[str, str]:
    """API operation by CLI name, such as {"create-user": "CreateUser"}, of a service by the CLI's word."""
    names = service_model(BOTOCORE_NAMES.get(word, word)).operation_names
    return {xform_name(name, "-"): name for name in names}


@lru_cache(maxsize=16)
def paginators(name: str) -> dict[str, dict[str, Any]]:
    """How the operations of a service (by botocore's name) are paged; empty where none is."""
    if name not in loader().list_available_services("paginators-1"):
        return {}
    return loader().load_service_model(name, "paginators-1")["pagination"]


@lru_cache(maxsize=256)
def operation_model(service: str, operation: str) -> OperationModel:
    """The model of an API operation of a service by botocore's name. Raises UnknownServiceError, KeyError."""
    model = service_model(service)
    if operation not in model.operation_names:
        raise KeyError(f"{service}:{operation}")
    return model.operation_model(operation)


@lru_cache(maxsize=256)
def options(model: OperationModel) -> tuple[Option, ...]:
    """The options that carry the parameters of an operation, in the model's order."""
    shape = model.input_shape
    if shape is None:
        return ()
    required = set(shape.required_members)
    return tuple(
        Option(xform_name(name, "-"), name, member, name in required and not member.metadata.get("idempotencyToken"))
        for name, member in shape.members.items()
        if name not in COUNTS.get(model.name, ())
    )


def as_list(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def input_tokens(model: OperationModel) -> list[str]:
    """The parameters by which an operation's pages are asked for by hand; giving one switches paging off."""
    paging = paginators(model.service_model.service_name).get(model.name)
    if paging is None:
        return []
    return as_list(paging["input_token"]) + as_list(paging.get("limit_key", []) or [])


# Parsers are made once: reading words leaves them as they are, and making one takes longer than reading a line.
@lru_cache(maxsize=1)
def global_parser() -> Parser:
    """The options that stand before or after any command, then the first word."""
    parser = Parser()
    for name in ("endpoint-url", "query", "profile", "region", "ca-bundle", "cli-read-timeout", "cli-connect-timeout"):
        parser.add_argument(f"--{name}")
    parser.add_argument("--output", choices=["json", "text", "table", "yaml", "yaml-stream", "off"])
    parser.add_argument("--color", choices=["on", "off", "auto"])
    parser.add_argument("--cli-binary-format", choices=["base64", "raw-in-base64-out"], default="base64")
    parser.add_argument("--no-paginate", action="store_false", dest="paginate")
    parser.add_argument("--no-sign-request", action="store_false", dest="sign_request")
    parser.add_argument("--version", action="store_true")
    for name in ("debug", "no-verify-ssl", "no-cli-pager", "cli-auto-prompt", "no-cli-auto-prompt"):
        parser.add_argument(f"--{name}", action="store_true")
    parser.add_argument("command", choices=service_words(), nargs="?")
    return parser


@lru_cache(maxsize=16)
def chooser(word: str) -> Parser:
    """The operation of a service by the CLI's word."""
    parser = Parser()
    parser.add_argument("operation", choices=[*operations(word), "help"])
    return parser


@lru_cache(maxsize=128)
def operation_parser(model: OperationModel, relaxed: bool) -> Parser:
    """The options of one operation. `relaxed` asks for none of the required ones: the parameters come from JSON."""
    parser = Parser()
    for option in options(model):
        _add_option(parser, option, required=option.required and not relaxed)
    if input_tokens(model):
        parser.add_argument("--starting-token", dest="starting_token")
        if paginators(model.service_model.service_name)[model.name].get("limit_key"):
            parser.add_argument("--page-size", dest="page_size", type=int)
        parser.add_argument("--max-items", dest="max_items", type=int)
    if model.name in COUNTS:
        parser.add_argument("--count")
    if model.name == "CreateVirtualMFADevice":
        parser.add_argument("--outfile", required=not relaxed)
        parser.add_argument("--bootstrap-method", choices=BOOTSTRAP_METHODS, required=not relaxed)
    if model.has_streaming_output:
        parser.add_argument("outfile", metavar="outfile")
    else:
        parser.add_argument("--cli-input-json")
    parser.add_argument("--generate-cli-skeleton", nargs="?", const="input", choices=["input", "output"])
    parser.add_argument("help", nargs="?")
    return parser


def _add_option(parser: Parser, option: Option, required: bool) -> None:
    flags = [f"--{name}" for name in (option.name, OLD_NAMES.get(option.name)) if name]
    kind = option.shape.type_name
    if kind == "boolean":
        parser.add_argument(f"--{option.name}", action="store_true", dest=option.destination, default=None)
        parser.add_argument(f"--no-{option.name}", action="store_false", dest=option.destination, default=None)
    elif kind == "list":
        parser.add_argument(*flags, nargs="*", dest=option.destination, required=required)
    else:
        parser.add_argument(*flags, dest=option.destination, required=required)
