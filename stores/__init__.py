"""Where conversations are kept, and who may work on one: what Rasa's own stores lack.

`endpoints.yml` names three classes: `stores.tracker_store.ConversationStore`,
`stores.locks.ConversationLocks` and `stores.outbox.Outbox`. Each reads `settings`: SQLite or PostgreSQL,
Redis or none, RabbitMQ or none.
"""
