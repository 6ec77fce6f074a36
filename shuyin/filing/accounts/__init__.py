"""Accounts: signing in with back-off, second factor, passwords, first sign-in, contact data.

Sessions and tokens themselves are kept by `records.accounts`.
"""
