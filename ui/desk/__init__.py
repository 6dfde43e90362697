"""The agents' desk: a letter in, a draft cited sentence by sentence, each one validated by a person, a reply out.

Server-rendered pages, whole without a script: a Gradio page would need one, and an editor made of plain forms is what a
screen reader and a keyboard handle best. The one script restores the personal data, in the agent's browser alone.
"""
