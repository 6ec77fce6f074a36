"""The command line, one module per group of commands.

Every module has `register(app)`, which adds its commands; `shuyin.app.cli` finds the modules by itself. Heavy
libraries are imported inside the commands, so that `shuyin --help` stays quick.
"""
