"""The scheduler game, made of the race checker: you choose whose turn it is."""
