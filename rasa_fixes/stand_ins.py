"""Modules put off: a stand-in is imported in place of each until one of their names is used.

Several fixes put off what Rasa imports and nobody may use. `Postponed` names modules and, for each, what
other modules import from it by name (`from x import Name`). The import gives stand-ins for those names.
Any use of one (a call, an attribute), any other name of the module, and any other module of a postponed
package brings the real modules in, and puts the real things wherever a module of Rasa holds a stand-in.
"""

from __future__ import annotations

import importlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import types
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import Any


class StandIn(type):
    """The class of stand-ins."""

    postponed: Postponed

    def __new__(mcs, name: str, bases: tuple[type, ...], members: dict[str, Any]) -> Any:
        if any(isinstance(base, StandIn) for base in bases):  # a class made from it is made from the real one
            real_bases = tuple(real(base) for base in bases)
            return types.new_class(name, real_bases, exec_body=lambda body: body.update(members))
        return super().__new__(mcs, name, bases, members)

    def __instancecheck__(cls, thing: Any) -> bool:
        return cls.postponed.is_in and isinstance(thing, real(cls))

    def __subclasscheck__(cls, other: type) -> bool:
        return other is cls or (cls.postponed.is_in and issubclass(other, real(cls)))

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):  # asked by typing, inspect and abc of every class
            raise AttributeError(name)
        return getattr(real(cls), name)

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        return real(cls)(*args, **kwargs)


class _PostponedModule(ModuleType):
    postponed: Postponed

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        self.postponed.bring_in()
        return getattr(sys.modules[self.__name__], name)


def real(thing: Any) -> Any:
    """What `thing` stands in for; anything else is returned as it is."""
    if not isinstance(thing, StandIn):
        return thing
    thing.postponed.bring_in()
    return getattr(sys.modules[thing.__module__], thing.__name__)


class Postponed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Modules that are brought in together, when one of them is needed."""

    def __init__(
        self,
        modules: Mapping[str, Sequence[str]],
        packages: Sequence[str] = (),
        members: Mapping[str, Callable[[], Any]] | None = None,
    ) -> None:
        """`modules`: names other modules import from each. `packages`: those of them that hold other modules.

        `members` are attributes that stand-ins have of their own, by name, as functions that give the value.
        """
        self.modules = modules
        self.packages = tuple(packages)
        self.members = dict(members or {})

    @property
    def is_in(self) -> bool:
        """Whether the real modules are there."""
        return self not in sys.meta_path

    def put_off(self) -> bool:
        """Puts the modules off; says False where it is too late for that."""
        if any(name in sys.modules for name in self.modules):
            return False
        sys.meta_path.insert(0, self)
        return True

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if fullname in self.modules:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=fullname in self.packages)
        if fullname.rpartition(".")[0] in self.packages:
            self.bring_in()
            return importlib.util.find_spec(fullname)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _PostponedModule(spec.name)
        module.postponed = self
        return module

    def exec_module(self, module: ModuleType) -> None:
        for name in self.modules[module.__name__]:
            # Errors are compared with `except`, which takes nothing but exceptions.
            bases = (Exception,) if name.endswith(("Error", "Failure")) else ()
            members = {"__module__": module.__name__, **self.members}
            stand_in = StandIn(name, bases, members)
            stand_in.postponed = self
            setattr(module, name, stand_in)

    def bring_in(self) -> None:
        """Imports the real modules, and puts what is real wherever a module of Rasa holds a stand-in."""
        if self.is_in:
            return
        sys.meta_path.remove(self)
        for name in self.modules:
            sys.modules.pop(name, None)
        for name in self.modules:
            importlib.import_module(name)
        for name, module in list(sys.modules.items()):
            if name.partition(".")[0] == "rasa" and module is not None:
                self._make_real(module)

    def _make_real(self, module: ModuleType) -> None:
        def ours(value: Any) -> bool:
            return isinstance(value, StandIn) and value.postponed is self

        for key, value in list(vars(module).items()):
            if ours(value):
                setattr(module, key, real(value))
            elif isinstance(value, _PostponedModule) and value.postponed is self:
                setattr(module, key, sys.modules[value.__name__])
            elif isinstance(value, list) and any(ours(item) for item in value):
                value[:] = [real(item) for item in value]
            elif isinstance(value, dict) and any(ours(item) for item in value.values()):
                value.update({name: real(item) for name, item in value.items()})
