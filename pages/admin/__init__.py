"""The pages of those who set the link up and look after it: on the private port, for who is signed in."""
