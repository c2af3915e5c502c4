"""The owner's e-mail: composing it, which is pure, and handing it to a mail server."""
