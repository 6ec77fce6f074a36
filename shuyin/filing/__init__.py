"""The authenticated workflows as plain functions and state machines, without HTTP."""
