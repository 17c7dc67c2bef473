"""A parsed `aws` command line."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from iamlab.labs.commandline.arguments import BOTOCORE_NAMES


@dataclass(frozen=True)
class Command:
    """What a line asks for.

    `service` and `verb` are the CLI's words ("iam", "create-user"); `operation` is the API's name ("CreateUser"), empty
    for what the CLI does by itself (`s3`, `configure`, `help`), whose remaining words are in `words`.
    `params` are the operation's parameters, in the API's names and types; `paging` StartingToken, MaxItems, PageSize.
    """

    service: str
    verb: str = ""
    operation: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    query: str | None = None
    output: str | None = None
    profile: str | None = None
    region: str | None = None
    no_paginate: bool = False
    paging: Mapping[str, Any] = field(default_factory=dict)
    sign_request: bool = True
    outfile: str = ""
    bootstrap_method: str = ""
    skeleton: str = ""

    @property
    def botocore_service(self) -> str:
        """The service by botocore's name: `s3api` is `s3`."""
        return BOTOCORE_NAMES.get(self.service, self.service)

    @property
    def call(self) -> str:
        """The operation as it is called, such as "iam:CreateUser"."""
        return f"{self.botocore_service}:{self.operation}"
