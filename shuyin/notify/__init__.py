"""Letters: mail outbox, templates, digests, subscriptions.

Public face: `services.queue` (write a letter within a transaction), `services.deliver` (send what is due),
`transports.transport_for`, `letters.render`.
"""
