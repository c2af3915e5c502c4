"""The steps of the business processes: one outside effect each, with one retry rule. Decisions are hiring's."""
