"""Stock: the graph of components is planned anew at each message and each prediction.

`DaskGraphRunner.run` finds the needed nodes by walking all paths, builds a dask graph, formats a debug
line that holds the whole schema, and lets dask sort and run it. Which nodes are needed, and in which
order, does not change while a model is loaded: here the order is found once for each set of targets, and
the nodes are called in it.
"""

from __future__ import annotations

import weakref
from graphlib import TopologicalSorter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.engine.runner.dask import DaskGraphRunner

Plan = list[tuple[str, tuple[str, ...]]]
_plans: weakref.WeakKeyDictionary[DaskGraphRunner, dict[tuple[str, ...], Plan]] = weakref.WeakKeyDictionary()


def _plan(runner: DaskGraphRunner, targets: tuple[str, ...]) -> Plan:
    nodes = runner._graph_schema.nodes
    needs: dict[str, tuple[str, ...]] = {}
    open_names = list(targets)
    while open_names:
        name = open_names.pop()
        if name in nodes and name not in needs:
            needs[name] = tuple(nodes[name].needs.values())
            open_names.extend(needs[name])
    return [(name, needs[name]) for name in TopologicalSorter(needs).static_order() if name in needs]


def apply() -> None:
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.runner.dask import DaskGraphRunner

    run_with_dask = DaskGraphRunner.run

    def run(
        self: DaskGraphRunner, inputs: dict[str, Any] | None = None, targets: list[str] | None = None
    ) -> dict[str, Any]:
        if not all(node.eager for node in self._graph_schema.nodes.values()):
            return run_with_dask(self, inputs, targets)  # training: dask lets go of what is done with
        wanted = tuple(targets or self._graph_schema.target_names)
        of_runner = _plans.setdefault(self, {})
        if wanted not in of_runner:
            of_runner[wanted] = _plan(self, wanted)
        results: dict[str, Any] = {}
        self._add_inputs_to_graph(inputs, results)
        try:
            for name, needs in of_runner[wanted]:
                results[name] = self._instantiated_nodes[name](*[results.get(need, need) for need in needs])
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return dict(results[name] for name in wanted)

    DaskGraphRunner.run = run
