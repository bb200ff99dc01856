"""The command line: what operators and scripts use. README.md lists the commands.

Nothing heavy is imported before a command runs, so that ``--help`` answers at once.
"""
