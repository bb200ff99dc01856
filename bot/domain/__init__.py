"""Pure rules: no database, no Telegram, no sentences for people."""
