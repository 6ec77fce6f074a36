"""The authenticated workflows as plain functions and state machines, without HTTP.

Public face: `engine.declaration` (what a filing is), `engine.drafts`, `engine.flow`, `engine.uploads` (what can be done
with one), `registry.FILINGS` (the filings there are), `accounts` (sign-in, passwords, second factor), `roles`
(permissions), `privacy` (masking, export, retention), `audit` (the hash chain), `office.Office` (surroundings).
"""
