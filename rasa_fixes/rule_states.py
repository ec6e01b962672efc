"""Stock: each prediction of the rule policy replays the conversation twice and tries all rules on it.

`RulePolicy` describes every state since the start of the conversation, once with the last message's text
and once with its intent, although no rule looks back further than its own length, and then filters all
rules once for each state. Here a loaded policy describes the last states only, as many as its longest
rule has; tries only the rules whose last state names this last action and this intent, or none; and
leaves the search by text out where no rule holds a text. The prediction is the same.
"""

from __future__ import annotations

import dataclasses
import functools
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.shared.core.domain import Domain, State
    from rasa.shared.core.trackers import DialogueStateTracker

_Index = dict[tuple[str | None, str | None], set[str]]


@dataclasses.dataclass
class _Rules:
    """What is known of a loaded policy's rules: they change no more."""

    longest: int
    hold_text: bool
    index: dict[int, tuple[dict[str, str], _Index]] = dataclasses.field(default_factory=dict)


def _named(state: State, part: str, key: str) -> str | None:
    value = state.get(part, {}).get(key)
    return value if isinstance(value, str) else None


def _index(policy: RulePolicy, lookup: dict[str, str]) -> _Index:
    index: _Index = {}
    for rule_key in lookup:
        states = policy._rule_key_to_state(rule_key)
        last = states[-1] if states else {}
        place = _named(last, "prev_action", "action_name"), _named(last, "user", "intent")
        index.setdefault(place, set()).add(rule_key)
    return index


def apply() -> None:
    from rasa.core.policies import rule_policy
    from rasa.core.policies.rule_policy import RulePolicy
    from rasa.shared.core.constants import SHOULD_NOT_BE_SET
    from rasa.shared.core.events import ActionExecuted

    tables = (rule_policy.RULES, rule_policy.RULES_FOR_LOOP_UNHAPPY_PATH)
    load = RulePolicy.load.__func__
    find_action = RulePolicy._find_action_from_rules
    all_states = RulePolicy._prediction_states
    possible_keys = RulePolicy._get_possible_keys

    @functools.wraps(load)  # Rasa reads the type hints of a component's methods when it trains
    def load_and_look(cls: type[RulePolicy], *args: Any, **kwargs: Any) -> RulePolicy:
        policy = load(cls, *args, **kwargs)
        states = [policy._rule_key_to_state(key) for table in tables for key in policy.lookup.get(table, {})]
        users = [state.get("user", {}) for rule in states for state in rule]
        loops = bool(policy.lookup.get(rule_policy.RULES_FOR_LOOP_UNHAPPY_PATH))
        needs_intent = all(
            rule[-1].get("user", {}).get("intent")
            for rule in states
            if rule and _named(rule[-1], "prev_action", "action_name") == "action_listen"
        )
        policy._rules_known = _Rules(
            longest=max((len(rule) for rule in states), default=1),
            hold_text=loops or not needs_intent or any("text" in user for user in users),
        )
        return policy

    def find_action_from_rules(
        self: RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
    ) -> tuple[str | None, str | None, bool]:
        known: _Rules | None = getattr(self, "_rules_known", None)
        if use_text_for_last_user_input and known and not known.hold_text and not tracker.active_loop_name:
            return None, None, False
        return find_action(self, tracker, domain, use_text_for_last_user_input)

    def prediction_states(
        self: RulePolicy,
        tracker: DialogueStateTracker,
        domain: Domain,
        use_text_for_last_user_input: bool = False,
        rule_only_data: dict[str, Any] | None = None,
    ) -> list[State]:
        known: _Rules | None = getattr(self, "_rules_known", None)
        if known is None or self.supported_data() == rule_policy.SupportedData.ML_DATA:
            return all_states(self, tracker, domain, use_text_for_last_user_input, rule_only_data)
        events = tracker.applied_events()
        to_skip = sum(isinstance(event, ActionExecuted) for event in events) + 1 - known.longest
        replayed = tracker.init_copy()
        states: list[State] = []
        for event in events:
            if isinstance(event, ActionExecuted):
                to_skip -= 1
                if to_skip < 0:
                    states.append(domain.get_active_state(replayed))
            event.apply_to(replayed)
        states.append(domain.get_active_state(replayed))
        self.featurizer._choose_last_user_input([states], use_text_for_last_user_input)
        return states

    def get_possible_keys(self: RulePolicy, lookup: dict[str, str], states: list[State]) -> set[str]:
        known: _Rules | None = getattr(self, "_rules_known", None)
        if known is None or not states:
            return possible_keys(self, lookup, states)
        if id(lookup) not in known.index:
            known.index[id(lookup)] = lookup, _index(self, lookup)
        index = known.index[id(lookup)][1]
        action, intent = (
            _named(states[-1], "prev_action", "action_name"),
            _named(states[-1], "user", "intent"),
        )
        candidates: dict[str, str] = {}
        for of_action in {action, None, SHOULD_NOT_BE_SET}:
            for of_intent in {intent, None, SHOULD_NOT_BE_SET}:
                candidates.update(dict.fromkeys(index.get((of_action, of_intent), ()), ""))
        if not states[-1].get("prev_action"):  # the start of a conversation, which rules meet in another way
            candidates = lookup
        return possible_keys(self, candidates, states)

    RulePolicy.load = classmethod(load_and_look)
    RulePolicy._find_action_from_rules = find_action_from_rules
    RulePolicy._prediction_states = prediction_states
    RulePolicy._get_possible_keys = get_possible_keys
