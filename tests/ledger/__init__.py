"""Nothing is lost, shown: what was owed, what is on record and what receivers saw, held together."""
