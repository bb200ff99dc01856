"""Alembic asks here for a connection; bot.migrations has it, with the lock and the options."""

from alembic import context

from bot.migrations import run_in

run_in(context)
