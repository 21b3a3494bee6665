"""What happens on Discord that nobody waits for: told apart, filtered, and handled with the steps of `events:`."""
