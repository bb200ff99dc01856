"""The demo: a stand-in for Telegram, a web chat on it, and scenarios that play by themselves."""
