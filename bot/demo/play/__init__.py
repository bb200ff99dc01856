"""People who play by themselves: phones over HTTP, the steps of a year, what must come of it."""
