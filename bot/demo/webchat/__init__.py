"""The web chat: a phone's screen for every person of the stand-in, in the browser.

chat = WebChat(telegram, [Person(7, "Nguyễn Thị Lan", "Hội Nông dân · đại diện")])
serve(telegram, "127.0.0.1", 8081, extra_routes=chat.routes())
"""

from bot.demo.webchat.routes import Person, WebChat

__all__ = ["Person", "WebChat"]
