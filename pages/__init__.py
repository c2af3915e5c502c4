"""What people see in a browser. Works without JavaScript; stores no personal data and shows none."""
