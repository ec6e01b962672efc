"""A database that holds many conversations already."""

from __future__ import annotations

import json
import time

import sqlalchemy as sa

from stores.database import migrate, open_engine
from stores.schema import conversations, events

EVENTS_EACH = 12


def fill(url: str, count: int) -> None:
    """Puts `count` conversations into the database at `url`."""
    engine = open_engine(url)
    migrate(engine)
    now = time.time()
    data = json.dumps({"event": "user", "timestamp": now, "text": "my neck is stiff", "parse_data": {}})
    with engine.connect().execution_options(writing=True) as connection, connection.begin():
        for start in range(0, count, 5000):
            names = [f"stored-{number}" for number in range(start, min(start + 5000, count))]
            rows = [
                {
                    "sender_id": name,
                    "version": 1,
                    "last_event": EVENTS_EACH,
                    "window_start": 0,
                    "head": "[]",
                    "created_at": now,
                    "updated_at": now,
                }
                for name in names
            ]
            connection.execute(sa.insert(conversations), rows)
            of_events = [
                {
                    "sender_id": name,
                    "number": number,
                    "write_id": "stored",
                    "type_name": "user",
                    "timestamp": now,
                    "data": data,
                }
                for name in names
                for number in range(1, EVENTS_EACH + 1)
            ]
            connection.execute(sa.insert(events), of_events)
    engine.dispose()
