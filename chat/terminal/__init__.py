"""Keys and screen: the client's, and the two helpers that the console shares."""
