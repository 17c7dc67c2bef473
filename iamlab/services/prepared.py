"""Statements that Django writes once: writing their SQL costs ten times what running them does."""

import threading
from collections.abc import Callable
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.models.query import get_related_populators

from iamlab.services import statements


class Prepared:
    """`build(*values)` makes a queryset, filtered by values of some kinds; `first(*values)` and `all(*values)` run it.

    It is built with placeholders, once for each thread, since converters of columns belong to a connection; so what
    it does must not depend on the values.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]], *kinds: type[str] | type[int]) -> None:
        self.build = build
        self.marks = [f"\0{number}" if kind is str else -(10**15) - number for number, kind in enumerate(kinds)]
        self.kept = threading.local()

    def all(self, *values: str | int) -> list[Any]:
        """The rows as instances of their model, annotations and select_related included."""
        kept = getattr(self.kept, connection.vendor, None)
        if kept is None:
            kept = _Compiled(self.build(*self.marks))
            setattr(self.kept, connection.vendor, kept)
        given = dict(zip(self.marks, values, strict=True))
        rows = statements.rows(kept.sql, [given.get(param, param) for param in kept.params])
        return [kept.instance(list(row)) for row in rows]

    def first(self, *values: str | int) -> Any:
        """The first row, None where there is none."""
        return next(iter(self.all(*values)), None)


class _Compiled:
    """The SQL of a queryset and how a row of it becomes an instance: what ModelIterable does, once."""

    def __init__(self, rows: QuerySet[Any]) -> None:
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

    def instance(self, row: list[Any]) -> Model:
        for position, (convert, expression) in self.converters.items():
            for converter in convert:
                row[position] = converter(row[position], expression, connection)
        found = self.model.from_db(self.db, self.names, row[self.start : self.end])
        for name, position in self.annotations:
            setattr(found, name, row[position])
        for related in self.related:
            related.populate(row, found)
        return found


def insert(row: Model) -> None:
    """Store a new row, whose primary key stays unknown."""
    fields = _fields(type(row))
    table, columns = row._meta.db_table, ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
    statements.run(f'insert into "{table}" ({columns}) values ({marks})', values)


@cache
def _fields(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]
