"""Data to text and keyboard: every sentence for people is here (and in bot.documents)."""
