"""Stock: the clients of MongoDB, DynamoDB and Amazon S3 are imported at every start, used or not.

`rasa.core.tracker_store` imports `pymongo` and `boto3` for two of its stores, 0.6 s of CPU. Here they are
put off until a store of theirs is configured or their names are used.
"""

from __future__ import annotations

from types import ModuleType
from typing import Any

from rasa_fixes.import_hooks import after_import
from rasa_fixes.stand_ins import Postponed

MODULES = {
    "pymongo": (),
    "pymongo.collection": ("Collection",),
    "pymongo.errors": ("ConnectionFailure", "OperationFailure"),
    "boto3": (),
    "boto3.dynamodb": (),
    "boto3.dynamodb.conditions": ("Key",),
    "botocore": (),
    "botocore.exceptions": ("BotoCoreError",),
}


def apply() -> None:
    postponed = Postponed(MODULES, packages=("pymongo", "boto3", "boto3.dynamodb", "botocore"))
    if not postponed.put_off():
        return

    def mend_factory(stores: ModuleType) -> None:
        create = stores.TrackerStore.create

        def create_store(obj: Any, domain: Any = None, event_broker: Any = None) -> Any:
            if (getattr(obj, "type", None) or "").lower() in ("mongod", "dynamo"):
                postponed.bring_in()
            return create(obj, domain, event_broker)

        stores.TrackerStore.create = staticmethod(create_store)

    after_import("rasa.core.tracker_store", mend_factory)
