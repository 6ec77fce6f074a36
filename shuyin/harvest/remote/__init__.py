"""Harvesting over the network: OAI-PMH repositories, and files that appear under an address.

Public face: `sources` (add, list, run), `fetching.Fetcher`.
"""
