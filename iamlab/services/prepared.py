"""Statements that Django writes once: writing their SQL costs ten times what running them does."""

import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import count, islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from iamlab.services import statements

SIZES = (1, 10, 25, 50, 100)  # of lists: for each a statement is kept, and shorter lists repeat their last value
Value = str | int | Collection[str | int]


class Prepared:
    """`build(*values)` makes a queryset, filtered by values of some kinds; `first(*values)` and `all(*values)` run it.

    A kind is str or int, or [str] or [int] for a list, as `__in` takes it. It is built with placeholders, once for each
    thread, since converters of columns belong to a connection; so what it does must not depend on the values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *kinds: Any) -> None:
        self.build, self.kinds = build, kinds
        self.kept = threading.local()

    def all(self, *values: Value) -> list[Any]:
        """The rows as instances of their model, annotations and select_related included. None for an empty list."""
        sizes: list[int] = []
        flat: list[str | int] = []
        for value in values:
            if isinstance(value, str | int):
                flat.append(value)
                continue
            found = list(value)
            size = next((size for size in SIZES if size >= len(found)), 0)
            if not found or not size:
                return list(self.build(*values)) if found else []
            sizes.append(size)
            flat += found + found[-1:] * (size - len(found))
        database = connections[DEFAULT_DB_ALIAS]
        kept = self._compiled(tuple(sizes), database.vendor)
        given = dict(zip(kept.marks, flat, strict=True))
        rows = statements.rows(kept.sql, [given.get(param, param) for param in kept.params])
        return [kept.instance(list(row), database) for row in rows]

    def _compiled(self, sizes: tuple[int, ...], vendor: str) -> "_Compiled":
        kept = self.kept.__dict__.setdefault(vendor, {})
        if sizes not in kept:
            kept[sizes] = _Compiled(*self._marked(iter(sizes)))
        return kept[sizes]

    def _marked(self, sizes: Iterator[int]) -> tuple[QuerySet[Any], list[str | int]]:
        """The queryset filtered by placeholders, and these in order."""
        numbers, marks, values = count(), [], []
        for kind in self.kinds:
            many, one = isinstance(kind, list), kind[0] if isinstance(kind, list) else kind
            own = [
                f"\0{number}" if one is str else -(10**15) - number
                for number in islice(numbers, next(sizes) if many else 1)
            ]
            marks += own
            values.append(own if many else own[0])
        return self.build(*values), marks

    def first(self, *values: Value) -> Any:
        """The first row, None where there is none."""
        return next(iter(self.all(*values)), None)


class _Compiled:
    """The SQL of a queryset and how a row of it becomes an instance: what ModelIterable does, once."""

    def __init__(self, rows: QuerySet[Any], marks: list[str | int]) -> None:
        self.marks = marks
        compiler = rows.query.get_compiler(using=rows.db)
        self.sql, self.params = compiler.as_sql()
        self.db, self.model = rows.db, rows.model
        self.annotations = list(compiler.annotation_col_map.items())
        columns = compiler.klass_info["select_fields"]
        self.start, self.end = columns[0], columns[-1] + 1
        self.names = [column[0].target.attname for column in compiler.select[self.start : self.end]]
        expressions = [column[0] for column in compiler.select[: compiler.col_count]]
        self.converters = compiler.get_converters(expressions)
        self.related = get_related_populators(compiler.klass_info, compiler.select, rows.db)  # type: ignore[call-arg]  # the stubs are Django 6's

    def instance(self, row: list[Any], database: Any) -> Model:
        for position, (convert, expression) in self.converters.items():
            for converter in convert:
                row[position] = converter(row[position], expression, database)
        found = self.model.from_db(self.db, self.names, row[self.start : self.end])
        for name, position in self.annotations:
            setattr(found, name, row[position])
        for related in self.related:
            related.populate(row, found)
        return found


def insert(row: Model, *, keyed: bool = False) -> None:
    """Store a new row; its primary key stays unknown unless it is wanted."""
    fields = _fields(type(row))
    table, columns = row._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    statement = f'insert into "{table}" ({columns}) values {statements.marks(fields)}'
    if not keyed:
        statements.run(statement, _stored(row, fields))
        return
    row.pk = statements.rows(f'{statement} returning "{row._meta.pk.column}"', _stored(row, fields))[0][0]
    row._state.adding = False


def put(rows: Sequence[Model], unique: Sequence[str] = (), names: Sequence[str] = ()) -> None:
    """Store rows in one statement; of one that is there with the same `unique` values, the fields of these names."""
    if not rows:
        return
    fields = _fields(type(rows[0]))
    columns = {field.attname: f'"{field.column}"' for field in fields}
    known = (
        f" on conflict ({', '.join(columns[name] for name in unique)})"
        f" do update set {', '.join(f'{columns[name]} = excluded.{columns[name]}' for name in names)}"
    )
    statements.run(
        f'insert into "{rows[0]._meta.db_table}" ({", ".join(columns.values())})'
        f" values {', '.join([statements.marks(fields)] * len(rows))}{known if unique else ''}",
        [value for row in rows for value in _stored(row, fields)],
    )


def update(row: Model, *names: str, was: Mapping[str, Any] | None = None) -> bool:
    """Store some fields of a row that is stored already; only where others are as they `was`. Whether that was so."""
    own, known = _fields(type(row)), was or {}
    fields = [field for field in own if field.attname in names]
    asked = [field for field in own if known.get(field.attname) is not None]
    empty = [field.column for field in own if field.attname in known and known[field.attname] is None]
    changes = ", ".join(f'"{field.column}" = %s' for field in fields)
    wanted = [f'"{column}" = %s' for column in (row._meta.pk.column, *(field.column for field in asked))]
    where = " and ".join([*wanted, *(f'"{column}" is null' for column in empty)])
    statement = f'update "{row._meta.db_table}" set {changes} where {where} returning "{row._meta.pk.column}"'
    before = [field.get_db_prep_save(known[field.attname], connection) for field in asked]
    return bool(statements.rows(statement, [*_stored(row, fields), row.pk, *before]))


def _stored(row: Model, fields: list[Any]) -> list[Any]:
    return [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]
