"""Letters: mail outbox, templates, digests, subscriptions."""
