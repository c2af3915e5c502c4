"""The state of the business, in PostgreSQL: tables, one small repository per table, migrations, encryption."""
