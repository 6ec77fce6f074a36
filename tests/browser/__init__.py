"""Real Chromium and axe-core for the tests of the pages."""
