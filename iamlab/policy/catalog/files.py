"""Read the catalogue's data files, which tools/build_catalog.py writes."""

import json
import zlib
from pathlib import Path

DATA = Path(__file__).with_name("data")
GZIP = 31  # zlib's window bits for a gzip wrapper


def read_json(name: str):
    return json.loads(zlib.decompress((DATA / f"{name}.json.gz").read_bytes(), GZIP))


def read_block(name: str, offset: int, length: int) -> str:
    """One text out of a file of separately compressed ones."""
    with (DATA / f"{name}.bin").open("rb") as file:
        file.seek(offset)
        return zlib.decompress(file.read(length)).decode()
