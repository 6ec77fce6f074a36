"""Pages of accounts: signing in and out, passwords, second factor, devices, first sign-in, contact data."""
