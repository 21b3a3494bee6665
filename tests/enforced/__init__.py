"""What each key of bot.yaml does, as somebody sees it: a module for each part of the language, with its `CASES`."""
