"""Scenario files: what people do with a bot and what they see, played on the local Discord in virtual time."""
