"""The world as Discord's JSON. Every documented field is there, nulls included: strict libraries insist on them.

Source of each shape: Discord docs, Resources (User, Guild, Channel, Message).
"""
