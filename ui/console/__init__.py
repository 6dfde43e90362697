"""The committee's console: read the report, read answers blind, give an opinion, decide, follow, stop, correct.

Server-rendered pages, whole without a script but for one thing that only a browser may do: sign with a key that the
server never sees. Each section is a router of its own; `pages.install` puts them in one room.
"""
