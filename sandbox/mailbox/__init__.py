"""A mailbox that takes every mail sent to it over SMTP and shows it; nothing ever leaves it."""
