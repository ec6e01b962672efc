"""Read a knowledge file into a pydantic model; every problem names its file and line.

>>> file = KnowledgeFile(KNOWLEDGE / "symptoms.yml")
>>> symptoms = file.load(Symptoms)
>>> problems = [file.problem(("symptoms", 3, "words", 0), "`stiff` is also a word of `weakness`: keep one")]
>>> if problems:
...     raise KnowledgeError(problems)
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pydantic
import yaml
from pydantic.fields import MAPPING_LIKE_SHAPES, ModelField

REPOSITORY = Path(__file__).resolve().parent.parent
KNOWLEDGE = REPOSITORY / "knowledge"

NodePath = Sequence[str | int]
Model = TypeVar("Model", bound=pydantic.BaseModel)


class KnowledgeError(Exception):
    """A knowledge file is wrong.

    `problems` has one line each: `knowledge/x.yml:LINE: what is wrong, what to do`.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = list(problems)
        super().__init__("\n".join(self.problems))


class KnowledgeModel(pydantic.BaseModel):
    """Base of all models of knowledge files: unknown keys and empty strings are errors, values stay."""

    class Config:
        extra = pydantic.Extra.forbid
        allow_mutation = False
        frozen = True
        anystr_strip_whitespace = True
        min_anystr_length = 1


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # C parser where it is built
    """Plain scalars as people expect them: `no` and `NO` are words, `061` keeps its zero, dates stay text."""

    yaml_implicit_resolvers: ClassVar[dict[str, list[tuple[str, re.Pattern[str]]]]] = {}


_Loader.add_implicit_resolver("tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), list("tf"))
_Loader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(?:~|null|)$"), ["~", "n", ""])
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:int", re.compile(r"^-?(?:0|[1-9][0-9]*)$"), list("-0123456789")
)
_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"^-?[0-9]+\.[0-9]+$"), list("-0123456789")
)


class KnowledgeFile:
    """One parsed YAML file that knows the line of each of its nodes.

    Raises KnowledgeError where the file is missing, is not UTF-8 YAML or has a key twice.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lines: dict[tuple[str | int, ...], int] = {(): 1}
        self._duplicates: list[str] = []
        try:
            loader = _Loader(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise KnowledgeError(
                [f"{self.name}:1: cannot be read ({error.strerror}), restore the file"]
            ) from error
        except UnicodeDecodeError as error:
            raise KnowledgeError([f"{self.name}:1: is not UTF-8 text, save it as UTF-8"]) from error
        try:
            root = loader.get_single_node()
            self.content: Any = {} if root is None else self._value(loader, root, ())
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = mark.line + 1 if mark else 1
            what = " ".join(part for part in (error.context, error.problem) if part)
            raise KnowledgeError(
                [f"{self.name}:{line}: is not YAML ({what}), correct the line or the one above"]
            ) from error
        except yaml.YAMLError as error:
            raise KnowledgeError([f"{self.name}:1: is not YAML ({error}), correct it"]) from error
        finally:
            loader.dispose()
        if self._duplicates:
            raise KnowledgeError(self._duplicates)

    @property
    def name(self) -> str:
        """The path as people write it, from the repository root where it is inside."""
        try:
            return self.path.resolve().relative_to(REPOSITORY).as_posix()
        except ValueError:
            return str(self.path)

    def line(self, node_path: NodePath) -> int:
        """The line of the node at `node_path` (keys and list positions), or of the nearest node around it."""
        # pydantic adds these two names of its own to the path of an error
        path = tuple(step for step in node_path if step not in ("__root__", "__key__"))
        while path not in self._lines:
            path = path[:-1]
        return self._lines[path]

    def problem(self, node_path: NodePath, message: str) -> str:
        """One line for a KnowledgeError: `knowledge/x.yml:LINE: message`."""
        return f"{self.name}:{self.line(node_path)}: {message}"

    def load(self, model: type[Model]) -> Model:
        """The content as an instance of `model`; raises KnowledgeError with every problem of the file."""
        if not isinstance(self.content, dict) and "__root__" not in model.__fields__:
            raise KnowledgeError([self.problem((), "must be keys with values, not a list or a single value")])
        try:
            return model.parse_obj(self.content)
        except pydantic.ValidationError as error:
            raise KnowledgeError(
                self.problem(each["loc"], _message(model, each["loc"], each["type"], each["msg"]))
                for each in error.errors()
            ) from error

    def _value(self, loader: Any, node: yaml.Node, path: tuple[str | int, ...]) -> Any:
        if isinstance(node, yaml.SequenceNode):
            items = []
            for position, item in enumerate(node.value):
                here = (*path, position)
                self._lines[here] = item.start_mark.line + 1
                items.append(self._value(loader, item, here))
            return items
        if isinstance(node, yaml.MappingNode):
            mapping: dict[Any, Any] = {}
            for key_node, value_node in node.value:
                key = loader.construct_object(key_node, deep=True)
                here = (*path, key)
                line = key_node.start_mark.line + 1
                if key in mapping:
                    self._duplicates.append(
                        f"{self.name}:{line}: key `{key}` is already on line {self._lines[here]}, keep one"
                    )
                    continue
                self._lines[here] = line
                mapping[key] = self._value(loader, value_node, here)
            return mapping
        return loader.construct_object(node)


def load(path: Path, model: type[Model]) -> Model:
    """The file at `path` as an instance of `model`; raises KnowledgeError with one line for each problem."""
    return KnowledgeFile(path).load(model)


def _message(model: type[pydantic.BaseModel], path: NodePath, kind: str, text: str) -> str:
    """What pydantic found, in words that say what to do."""
    last = path[-1] if path else ""
    if kind == "value_error.missing":
        return f"`{last}` is missing, add it"
    if kind == "value_error.extra":
        known = _keys_at(model, path[:-1])
        close = get_close_matches(str(last), known, n=1)
        advice = f"did you mean `{close[0]}`?" if close else f"remove it or use one of: {', '.join(known)}"
        return f"unknown key `{last}`, {advice}"
    where = f"`{last}`" if isinstance(last, str) else f"item {last + 1}"
    return f"{where}: {text}, correct the value"


def _keys_at(model: type[pydantic.BaseModel], path: NodePath) -> list[str]:
    """The keys that the model allows in the mapping at `path`."""
    current: Any = model
    inside_mapping = False
    for step in path:
        if isinstance(step, int) or inside_mapping:
            inside_mapping = False
            continue
        field: ModelField | None = getattr(current, "__fields__", {}).get(step)
        if field is None:
            break
        current = field.type_
        inside_mapping = field.shape in MAPPING_LIKE_SHAPES
    return sorted(field.alias for field in getattr(current, "__fields__", {}).values())
